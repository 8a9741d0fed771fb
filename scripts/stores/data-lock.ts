import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { isAlive, processId, type ProcessId } from './process-id';

/**
 * Holds the data folder for this process. Throws one sentence when another process has it; the lock of a
 * process that is gone is taken over. Returns what releases it.
 */
export function lockData(dataDir: string, runDir: string): () => void {
  const file = path.join(runDir, 'start.lock');
  const mine = path.join(runDir, `start.${process.pid}`);
  writeFileSync(mine, JSON.stringify(processId(process.pid)));
  try {
    for (let attempt = 0; attempt < 20; attempt += 1) {
      try {
        // A link either makes the whole file or fails: nobody ever reads half a lock.
        linkSync(mine, file);
        return () => rmSync(file, { force: true });
      } catch {
        const holder = read(file);
        if (holder && isAlive(holder)) {
          throw new Error(
            `Another start (process ${holder.pid}) is using ${dataDir}: stop it, or start with another DATA_DIR.`,
          );
        }
        rmSync(file, { force: true });
      }
    }
    throw new Error(`The lock ${file} could not be taken.`);
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
