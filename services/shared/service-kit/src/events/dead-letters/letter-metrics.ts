import { requiredGroups } from '@bramble/contracts/events';
import { collected, type MetricsOwner } from '../../observe/metrics';
import type { LetterStore } from './letter-store';

const names = ['bramble_dead_letters', 'bramble_dead_letter_oldest_age_seconds'] as const;

/** Exports how many dead letters a group has of each stream that it reads, and the age of the oldest. Once per service. */
export function exportDeadLetters(owner: MetricsOwner, letters: LetterStore): void {
  const streams = Object.entries(requiredGroups)
    .filter(([, groups]) => groups.includes(letters.group))
    .map(([stream]) => stream);
  collected(owner, 'dead_letters', names, async () => {
    const counts = new Map((await letters.counts()).map((count) => [count.stream, count]));
    return streams.flatMap((stream) => {
      const { count = 0, oldest } = counts.get(stream) ?? {};
      const age = oldest ? Math.max(0, (Date.now() - oldest.getTime()) / 1000) : 0;
      return [
        { name: names[0], labels: { stream }, value: count },
        { name: names[1], labels: { stream }, value: age },
      ];
    });
  });
}
