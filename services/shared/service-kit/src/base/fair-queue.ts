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

const goneError = () => new AppError('request_timeout', { detail: 'the caller went away' });

/**
 * Runs work for keys, such as the addresses of clients. More than `atOnce` waits in one line for each key, and the lines
 * take turns, so that much work of one key delays only that key. Throws `rate_limited` when too much of one key waits,
 * `unavailable` when too much waits in all, and `request_timeout` when `gone` aborts while the work waits. A key without
 * work takes no memory.
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

  function dropIfEmpty(key: string, line: Line): void {
    if (line.active === 0 && line.waiting.length === 0) lines.delete(key);
  }

  function end(key: string, line: Line): void {
    active -= 1;
    line.active -= 1;
    dropIfEmpty(key, line);
    startNext();
  }

  const waitIn = (line: Line, key: string, gone: AbortSignal | undefined) =>
    new Promise<void>((resolve, reject) => {
      const leave = () => {
        line.waiting.splice(line.waiting.indexOf(start), 1);
        waiting -= 1;
        dropIfEmpty(key, line);
        reject(goneError());
      };
      const start = () => {
        gone?.removeEventListener('abort', leave);
        resolve();
      };
      gone?.addEventListener('abort', leave, { once: true });
      line.waiting.push(start);
      waiting += 1;
    });

  return async function inTurn<T>(key: string, work: () => Promise<T>, gone?: AbortSignal): Promise<T> {
    if (gone?.aborted) throw goneError();
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
      await waitIn(line, key, gone);
    }
    try {
      return await work();
    } finally {
      end(key, line);
    }
  };
}
export type FairQueue = ReturnType<typeof createFairQueue>;
