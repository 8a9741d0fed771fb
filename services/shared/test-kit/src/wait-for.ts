import { setTimeout as delay } from 'node:timers/promises';
import { inspect } from 'node:util';

export interface WaitOptions {
  /** Milliseconds, default 10,000. */
  timeout?: number;
  /** Milliseconds between two tries, default 20. */
  interval?: number;
  /** The name of the condition in the error message. */
  what?: string;
}
interface WaitUntil<T> extends WaitOptions {
  /** Whether this value ends the waiting. */
  until: (value: T) => boolean;
}
type Truthy<T> = Exclude<T, false | null | undefined | 0 | ''>;

/**
 * Repeats `read` until the value passes `until` or, without one, is truthy; answers that value. A read that throws is tried
 * again. When the time is over, it throws an error with the last value, and with what the last read threw as its cause.
 */
export function waitFor<T>(read: () => T | Promise<T>, options: WaitUntil<T>): Promise<T>;
export function waitFor<T>(read: () => T | Promise<T>, options?: WaitOptions): Promise<Truthy<T>>;
export async function waitFor<T>(
  read: () => T | Promise<T>,
  {
    timeout = 10_000,
    interval = 20,
    what = 'the condition',
    until = Boolean,
  }: WaitOptions & { until?: (value: T) => boolean } = {},
): Promise<T> {
  const deadline = Date.now() + timeout;
  for (;;) {
    let last: string;
    let cause: unknown;
    try {
      const value = await read();
      if (until(value)) return value;
      last = inspect(value, { depth: 4, breakLength: Infinity }).slice(0, 600);
    } catch (error) {
      cause = error;
      last = error instanceof Error ? error.message : String(error);
    }
    if (Date.now() > deadline)
      throw new Error(`Waited ${timeout} ms for ${what} without success; last value: ${last}`, { cause });
    await delay(interval);
  }
}
