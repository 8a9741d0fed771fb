import type { Redis } from 'ioredis';
import { eventsIn, type StreamEntry } from './streams';
import { waitFor, type WaitOptions } from './wait-for';

/** Waits until the stream holds an event that the predicate takes, from its beginning on, and returns it. */
export function waitForEvent(
  redis: Redis,
  stream: string,
  predicate: (event: StreamEntry) => boolean,
  options: WaitOptions = {},
): Promise<StreamEntry> {
  return waitFor(async () => (await eventsIn(redis, stream)).find(predicate), {
    what: `an event in ${stream}`,
    ...options,
  });
}
