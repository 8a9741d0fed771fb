import type { Redis } from '@bramble/service-kit/stores/redis';

interface Window {
  /** Requests counted by this process since the window began. */
  own: number;
  /** Requests that have not been added to Redis yet. */
  unsent: number;
  /** The total of all gateways in Redis at the last exchange. */
  total: number;
  endsAt: number;
}
export interface Counted {
  count: number;
  msLeft: number;
}

/** More keys than this in one window indicate an attack; the oldest are evicted. */
const MAX_KEYS = 50_000;

/**
 * Fixed-window counters in memory, added to Redis in the background, so that counting a read costs no round trip. All
 * gateways together may exceed a limit by what they count between two exchanges.
 */
export function createLocalWindow({ name, seconds, redis }: { name: string; seconds: number; redis: Redis }) {
  const windows = new Map<string, Window>();
  const ms = seconds * 1000;

  function sweep(now: number): void {
    for (const [key, window] of windows) {
      if (window.endsAt > now && windows.size <= MAX_KEYS) break;
      windows.delete(key);
    }
  }

  function count(key: string): Counted {
    const now = Date.now();
    let window = windows.get(key);
    if (!window || window.endsAt <= now) {
      windows.delete(key);
      window = { own: 0, unsent: 0, total: 0, endsAt: (Math.floor(now / ms) + 1) * ms };
      windows.set(key, window);
      if (windows.size > MAX_KEYS) sweep(now);
    }
    window.own += 1;
    window.unsent += 1;
    return { count: Math.max(window.own, window.total + window.unsent), msLeft: window.endsAt - now };
  }

  /** Adds unsent counts to Redis and reads the totals. Throws when Redis is away; the counts stay unsent then. */
  async function exchange(): Promise<void> {
    const now = Date.now();
    sweep(now);
    const sent: { window: Window; by: number }[] = [];
    const pipeline = redis.pipeline();
    for (const [key, window] of windows) {
      if (window.unsent === 0 || window.endsAt <= now) continue;
      sent.push({ window, by: window.unsent });
      const counter = `limit:${name}:${window.endsAt}:${key}`;
      pipeline.incrby(counter, window.unsent).pexpire(counter, ms * 2);
    }
    if (sent.length === 0) return;
    const replies = (await pipeline.exec()) ?? [];
    sent.forEach(({ window, by }, index) => {
      const [error, total] = replies[index * 2] ?? [new Error('no reply'), 0];
      if (error) throw error;
      window.unsent -= by;
      window.total = Number(total);
    });
  }

  return { count, exchange };
}
