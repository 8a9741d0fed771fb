import { withoutIds } from '../dead-letters/letter';
import type { EventEntry } from '../entry';

/** With fewer keys than this, one error is taken to come from the events. */
const LEAST_KEYS = 3;

/** What tells errors apart: name, code and message, without the numbers and ids that differ from event to event. */
const kindOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  const code = String((error as { code?: unknown }).code ?? '');
  return `${error.name} ${code} ${withoutIds(error.message).slice(0, 200)}`;
};

/** Counts the keys of a batch by the error that their events met, to tell a failing store from failing events. */
export function createErrorTally() {
  const failedKeys = new Map<string, Set<string>>();
  const handledKeys = new Set<string>();

  function failed(entry: EventEntry, error: unknown): void {
    const kind = kindOf(error);
    const keys = failedKeys.get(kind) ?? new Set();
    failedKeys.set(kind, keys.add(entry.event.key));
  }

  /** True when at least three keys, and more than half of all, failed with this same error. */
  function isStoreFailure(error: unknown): boolean {
    const same = failedKeys.get(kindOf(error))?.size ?? 0;
    let all = handledKeys.size;
    for (const keys of failedKeys.values()) all += keys.size;
    return same >= LEAST_KEYS && same * 2 > all;
  }

  return {
    handled: (entries: readonly EventEntry[]): void =>
      entries.forEach(({ event }) => handledKeys.add(event.key)),
    failed,
    isStoreFailure,
  };
}
export type ErrorTally = ReturnType<typeof createErrorTally>;
