import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { defaultCacheDir } from '../stores/cache';
import { startPostgres } from '../stores/postgres';
import type { Supervised } from '../stores/supervise';
import type { Log } from '../stores/types';

/** Runs `work` with a PostgreSQL server of its own, which is gone afterwards, also after Ctrl-C. */
export async function withOwnPostgres<T>(log: Log, work: (adminUrl: string) => Promise<T>): Promise<T> {
  const dataDir = mkdtempSync(path.join(os.tmpdir(), 'bramble-postgres-'));
  let server: Supervised | undefined;
  const interrupted = (): void => {
    server?.kill();
    rmSync(dataDir, { recursive: true, force: true });
    process.exit(130);
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, interrupted);
  const [runDir, logDir] = [path.join(dataDir, 'run'), path.join(dataDir, 'logs')];
  for (const dir of [runDir, logDir]) mkdirSync(dir);
  try {
    const { url } = await startPostgres({
      dataDir,
      cacheDir: defaultCacheDir(),
      runDir,
      logDir,
      ephemeral: true,
      password: randomBytes(16).toString('hex'),
      log,
      track: (started) => (server = started),
    });
    return await work(url);
  } finally {
    await server?.stop();
    rmSync(dataDir, { recursive: true, force: true });
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, interrupted);
  }
}
