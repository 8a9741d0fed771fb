import type { Redis } from '@bramble/service-kit/stores/redis';

interface Window {
  /** Counted here since the window began. */
  own: number;
  /** Of that, not yet told to Redis. */
  untold: number;
  /** What Redis said all gateways counted, our told part included. */
  all: number;
  endsAt: number;
}
export interface Counted {
  count: number;
  msLeft: number;
}

/** More keys than that in one window is an attack by itself; the oldest are forgotten. */
const MAX_KEYS = 50_000;

/**
 * Counts in memory and tells Redis in the background, so that reading costs no round trip: all gateways together may
 * exceed a limit by what they count between two exchanges.
 */
export function createLocalWindow({ name, seconds, redis }: { name: string; seconds: number; redis: Redis }) {
  const windows = new Map<string, Window>();
  const ms = seconds * 1000;

  const sweep = (now: number) => {
    for (const [key, window] of windows) {
      if (window.endsAt > now && windows.size <= MAX_KEYS) break;
      windows.delete(key);
    }
  };

  return {
    count: (key: string): Counted => {
      const now = Date.now();
      let window = windows.get(key);
      if (!window || window.endsAt <= now) {
        windows.delete(key);
        window = { own: 0, untold: 0, all: 0, endsAt: (Math.floor(now / ms) + 1) * ms };
        windows.set(key, window);
        if (windows.size > MAX_KEYS) sweep(now);
      }
      window.own += 1;
      window.untold += 1;
      return { count: Math.max(window.own, window.all + window.untold), msLeft: window.endsAt - now };
    },

    /** Tells Redis what was counted and learns what the others did. Throws when Redis is away; nothing is lost then. */
    exchange: async (): Promise<void> => {
      const now = Date.now();
      sweep(now);
      const told: { window: Window; by: number }[] = [];
      const pipeline = redis.pipeline();
      for (const [key, window] of windows) {
        if (window.untold === 0 || window.endsAt <= now) continue;
        told.push({ window, by: window.untold });
        const place = `limit:${name}:${window.endsAt}:${key}`;
        pipeline.incrby(place, window.untold).pexpire(place, ms * 2);
      }
      if (told.length === 0) return;
      const replies = (await pipeline.exec()) ?? [];
      told.forEach(({ window, by }, index) => {
        const [error, total] = replies[index * 2] ?? [new Error('no reply'), 0];
        if (error) throw error;
        window.untold -= by;
        window.all = Number(total);
      });
    },
  };
}
