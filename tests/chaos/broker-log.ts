import { readdirSync, statSync, truncateSync } from 'node:fs';
import path from 'node:path';

/** Sizes of the append-only file over the last seconds, so that its last 2 s can be cut off. */
export function watchLog(dataDir: string) {
  const folder = path.join(dataDir, 'redis');
  const file = () => {
    const sub = readdirSync(folder).includes('appendonlydir') ? path.join(folder, 'appendonlydir') : folder;
    const name = readdirSync(sub).find((each) => each.endsWith('.incr.aof')) ?? 'appendonly.aof';
    return path.join(sub, name);
  };
  let sizes: { at: number; size: number }[] = [];
  const timer = setInterval(() => {
    try {
      sizes = [
        ...sizes.filter(({ at }) => at > Date.now() - 5_000),
        { at: Date.now(), size: statSync(file()).size },
      ];
    } catch {
      sizes = [];
    }
  }, 200);
  return {
    /** Answers how many bytes were cut off. */
    cutLast(ms: number): number {
      const then = sizes.filter(({ at }) => at <= Date.now() - ms).at(-1);
      const now = statSync(file()).size;
      if (!then || then.size >= now) return 0;
      truncateSync(file(), then.size);
      return now - then.size;
    },
    stop: () => clearInterval(timer),
  };
}
