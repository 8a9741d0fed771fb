import { isDefinite, NotYet } from '../../base/errors';
import { backoff } from '../../runtime/clock';

/** Tries of an event alone, within seconds, after which it is given up when its error is definite. */
export const MAX_TRIES = 5;
/** Tries after which any event is given up. Those after the fifth are 15 s to 30 min apart: 3.3 to 6.5 hours in all. */
export const MAX_SLOW_TRIES = 23;
/** An event is given up when so many processes ended while each was handling it alone. */
export const MAX_STARTS = 3;
/** How long an event may be too early, unless its error says otherwise. */
export const NOT_YET_MS = 600_000;
/** How long an event may be too early, at most, while Redis is too full to keep it. */
export const EARLY_WHEN_FULL_MS = 60_000;
const SLOW = { base: 30_000, max: 1_800_000 };

/** Retry state of an event: how often it failed, and since when it has been too early, in ms of the monotonic clock. */
export interface Tries {
  count: number;
  since?: number;
}

/** Milliseconds until an event that failed so often is tried again. */
export const waitAfter = (count: number): number =>
  count < MAX_TRIES ? backoff(count) : backoff(count - MAX_TRIES + 1, SLOW);

/** Milliseconds until an event that is too early is tried again. They grow with the time since it was first too early. */
export const waitEarly = (tries: Tries, now: number): number =>
  backoff(1 + Math.floor(Math.log2(1 + Math.max(0, now - (tries.since ?? now)) / 200)));

/** True when an event has failed too often, or has been too early for too long; `full`: Redis has no room to keep it. */
export function isGivenUp(
  error: unknown,
  tries: Tries,
  { now, full }: { now: number; full: boolean },
): boolean {
  if (!(error instanceof NotYet))
    return tries.count >= (isDefinite(error) || full ? MAX_TRIES : MAX_SLOW_TRIES);
  const maxEarlyMs = error.maxEarlyMs ?? NOT_YET_MS;
  return now - (tries.since ?? now) >= (full ? Math.min(maxEarlyMs, EARLY_WHEN_FULL_MS) : maxEarlyMs);
}

/** The state after one more failure. */
export const nextTries = (before: Tries, error: unknown, now: number): Tries =>
  error instanceof NotYet
    ? { ...before, since: before.since ?? now }
    : { ...before, count: before.count + 1 };
