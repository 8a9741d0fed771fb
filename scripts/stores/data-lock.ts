import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { isAlive, processId, type ProcessId } from './process-id';

/**
 * Holds the data folder for this process. Throws one sentence when another process has it; the lock of a
 * process that is gone is taken over. Returns what releases it.
 */
export function lockData(dataDir: string, runDir: string): () => void {
  const taken = takeLock(path.join(runDir, 'start.lock'));
  if (typeof taken === 'function') return taken;
  throw new Error(
    `Another start (process ${taken.pid}) is using ${dataDir}: stop it, or start with another DATA_DIR.`,
  );
}

/** Does the work while no other process does the same; waits for its turn. */
export async function withLock<T>(file: string, work: () => Promise<T>): Promise<T> {
  for (;;) {
    const taken = takeLock(file);
    if (typeof taken === 'function') {
      try {
        return await work();
      } finally {
        taken();
      }
    }
    await delay(100);
  }
}

/** Takes the lock and returns what releases it, or the living process that holds it. */
export function takeLock(file: string): (() => void) | ProcessId {
  const mine = `${file}.${process.pid}`;
  writeFileSync(mine, JSON.stringify(processId(process.pid)));
  try {
    for (;;) {
      try {
        // link() is atomic: another process never reads a lock file that is only partly written.
        linkSync(mine, file);
        return () => rmSync(file, { force: true });
      } catch {
        const holder = read(file);
        if (holder && isAlive(holder)) return holder;
        rmSync(file, { force: true });
      }
    }
  } finally {
    rmSync(mine, { force: true });
  }
}

function read(file: string): ProcessId | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as ProcessId;
  } catch {
    return undefined;
  }
}
