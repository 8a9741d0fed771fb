import type { Redis } from 'ioredis';
import { eventsIn, type Selection, type StreamEntry } from './streams';
import { waitFor, type WaitOptions } from './wait-for';

/** Waits until the stream holds `count` events (one unless given) of this selection, and answers all it then holds. */
export const waitForEvents = (
  redis: Redis,
  stream: string,
  { count = 1, ...selection }: Selection & { count?: number },
  options: WaitOptions = {},
): Promise<StreamEntry[]> =>
  waitFor(() => eventsIn(redis, stream, selection), {
    until: (found) => found.length >= count,
    what: `${count} events in ${stream}`,
    ...options,
  });
