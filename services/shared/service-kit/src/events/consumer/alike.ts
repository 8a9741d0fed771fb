import { withoutIds } from '../dead-letters/letter';
import type { EventEntry } from './entry';

/** So many keys that fail alike, and only they, make it likely that the store fails and not the events. */
const ENOUGH = 3;

/** What tells errors apart: name, code and message, without the numbers and ids that differ from event to event. */
const kindOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  const code = String((error as { code?: unknown }).code ?? '');
  return `${error.name} ${code} ${withoutIds(error.message).slice(0, 200)}`;
};

/** Tells, from the outcomes of a batch so far, whether its events fail or the store does. */
export function createLikeness() {
  const failed = new Map<string, Set<string>>();
  const handled = new Set<string>();

  return {
    handled: (entries: readonly EventEntry[]): void => entries.forEach(({ event }) => handled.add(event.key)),
    failed(entry: EventEntry, error: unknown): void {
      const kind = kindOf(error);
      const keys = failed.get(kind) ?? new Set();
      failed.set(kind, keys.add(entry.event.key));
    },
    /** True when at least three keys, and more than half of all, fail with this same error. */
    isOfStore(error: unknown): boolean {
      const alike = failed.get(kindOf(error))?.size ?? 0;
      let all = handled.size;
      for (const keys of failed.values()) all += keys.size;
      return alike >= ENOUGH && alike * 2 > all;
    },
  };
}
export type Likeness = ReturnType<typeof createLikeness>;
