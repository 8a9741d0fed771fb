import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { defaultCacheDir } from '../stores/cache';
import { openStores, type Stores } from '../stores/open-stores';
import { endByPidFile, readPidFile, writePidFile } from '../stores/process-id';

const PREFIX = 'bramble-test-';

declare global {
  // The only thing that jest hands from set-up to teardown.
  var brambleTestStores: { stores: Stores; dataDir: string } | undefined;
}

/** Starts the stores once for all integration tests; test-kit finds them in BRAMBLE_TEST_STORES. */
export default async function openTestStores(): Promise<void> {
  await sweep();
  const dataDir = mkdtempSync(path.join(os.tmpdir(), PREFIX));
  writePidFile(path.join(dataDir, 'owner.json'), process.pid);
  const stores = await openStores({
    dataDir,
    cacheDir: defaultCacheDir(),
    ephemeral: true,
    log: (line) => process.stdout.write(`stores: ${line}\n`),
    given: {
      postgresUrl: process.env['POSTGRES_URL'],
      mongodbUrl: process.env['MONGODB_URL'],
      redisUrl: process.env['REDIS_URL'],
    },
  });
  globalThis.brambleTestStores = { stores, dataDir };
  const { postgresUrl, mongodbUrl, redisUrl } = stores;
  process.env['BRAMBLE_TEST_STORES'] = JSON.stringify({ postgresUrl, mongodbUrl, redisUrl });
}

/** Ends and removes what a test run that was killed left behind. */
async function sweep(): Promise<void> {
  for (const entry of readdirSync(os.tmpdir()).filter((name) => name.startsWith(PREFIX))) {
    const dir = path.join(os.tmpdir(), entry);
    if (readPidFile(path.join(dir, 'owner.json'))) continue;
    try {
      for (const file of readdirSync(path.join(dir, 'run')).filter((name) => name.endsWith('.json'))) {
        await endByPidFile(path.join(dir, 'run', file), 'SIGKILL', 0);
      }
      rmSync(dir, { recursive: true, force: true });
    } catch {
      // Another run removes the same folder at this moment.
      continue;
    }
  }
}
