import { AppError } from './errors';

export interface FairQueueLimits {
  /** The most pieces of work at once, and how many of them may belong to one key. */
  atOnce: number;
  atOncePerKey: number;
  /** The most pieces of work that wait, and how many of them may belong to one key. */
  waiting: number;
  waitingPerKey: number;
  /** The Retry-After of what is refused. */
  retryAfterSeconds: number;
}

interface Line {
  active: number;
  waiting: (() => void)[];
}

/**
 * Runs work for keys, such as the addresses of clients. More than `atOnce` waits in one line for each key, and the lines
 * take turns, so that much work of one key delays only that key. Throws `rate_limited` when too much of one key waits,
 * `unavailable` when too much waits in all. A key without work takes no memory.
 */
export function createFairQueue(limits: FairQueueLimits) {
  /** The line whose turn comes first stands first. */
  const lines = new Map<string, Line>();
  let active = 0;
  let waiting = 0;

  const mayStart = (line: Line) => active < limits.atOnce && line.active < limits.atOncePerKey;
  const begin = (line: Line) => {
    active += 1;
    line.active += 1;
  };

  function startNext(): void {
    if (waiting === 0) return;
    for (const [key, line] of lines) {
      if (!mayStart(line)) continue;
      const start = line.waiting.shift();
      if (!start) continue;
      waiting -= 1;
      begin(line);
      // Behind the lines of all other keys.
      lines.delete(key);
      lines.set(key, line);
      start();
      return;
    }
  }

  function end(key: string, line: Line): void {
    active -= 1;
    line.active -= 1;
    if (line.active === 0 && line.waiting.length === 0) lines.delete(key);
    startNext();
  }

  return async function inTurn<T>(key: string, work: () => Promise<T>): Promise<T> {
    const line = lines.get(key) ?? { active: 0, waiting: [] };
    const { retryAfterSeconds } = limits;
    if (mayStart(line)) {
      lines.set(key, line);
      begin(line);
    } else {
      if (line.waiting.length >= limits.waitingPerKey)
        throw new AppError('rate_limited', { retryAfterSeconds });
      if (waiting >= limits.waiting) throw new AppError('unavailable', { retryAfterSeconds });
      lines.set(key, line);
      waiting += 1;
      await new Promise<void>((resolve) => line.waiting.push(resolve));
    }
    try {
      return await work();
    } finally {
      end(key, line);
    }
  };
}
export type FairQueue = ReturnType<typeof createFairQueue>;
