import { AsyncLocalStorage } from 'node:async_hooks';
import type { AnyEvent } from '@bramble/contracts/events';

interface Batch {
  /** The events at hand by key, for the correlation of what is made because of them. */
  causes: ReadonlyMap<string, AnyEvent>;
  /** Ids that the inbox knew. */
  duplicates: Set<string>;
}

const storage = new AsyncLocalStorage<Batch>();

/** Runs a handler over `events`; answers which of them it found to be duplicates. */
export async function withBatch(
  events: readonly AnyEvent[],
  handle: () => Promise<void>,
): Promise<ReadonlySet<string>> {
  const batch: Batch = { causes: new Map(events.map((event) => [event.key, event])), duplicates: new Set() };
  await storage.run(batch, handle);
  return batch.duplicates;
}

/** The event of the batch at hand that has this key. */
export const causeOf = (key: string): AnyEvent | undefined => storage.getStore()?.causes.get(key);

/** Tells the consumer which events the inbox knew, for its metrics. */
export function noteDuplicates(events: readonly AnyEvent[], fresh: readonly AnyEvent[]): void {
  const batch = storage.getStore();
  if (!batch || fresh.length === events.length) return;
  const known = new Set(fresh.map((event) => event.id));
  for (const event of events) if (!known.has(event.id)) batch.duplicates.add(event.id);
}
