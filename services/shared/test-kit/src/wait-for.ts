import { setTimeout as delay } from 'node:timers/promises';

export interface WaitOptions {
  /** Milliseconds, 10,000 unless given. */
  timeout?: number;
  /** Milliseconds between two tries, 20 unless given. */
  interval?: number;
  /** What was waited for, for the message. */
  what?: string;
}

/**
 * Polls until `condition` gives something truthy, and returns that. A condition that throws is tried again; its last
 * error is the cause of the one thrown when the time is over.
 */
export async function waitFor<T>(
  condition: () => T | Promise<T>,
  { timeout = 10_000, interval = 20, what = 'the condition' }: WaitOptions = {},
): Promise<Exclude<T, false | null | undefined | 0 | ''>> {
  const deadline = Date.now() + timeout;
  let cause: unknown;
  for (;;) {
    try {
      const value = await condition();
      if (value) return value as Exclude<T, false | null | undefined | 0 | ''>;
      cause = undefined;
    } catch (error) {
      cause = error;
    }
    if (Date.now() > deadline) {
      const reason = cause instanceof Error ? `: ${cause.message}` : '';
      throw new Error(`Waited ${timeout} ms for ${what}, in vain${reason}`, { cause });
    }
    await delay(interval);
  }
}
