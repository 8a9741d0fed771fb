import { existsSync } from 'node:fs';
import path from 'node:path';
import { lastLines, run } from '../stores/run';
import type { Log } from '../stores/types';
import { root } from '../workspace';
import { hashOf, onceFor } from './stamp';

/** Builds the storefront into frontend/dist, when something of it changed. */
export async function buildStorefront(log: Log): Promise<void> {
  const folder = path.join(root, 'frontend');
  if (!existsSync(path.join(folder, 'index.html'))) return;
  const hash = hashOf(
    ['frontend', 'services/shared/contracts/src', 'services/shared/demo', 'package-lock.json'],
    process.version,
  );
  await onceFor(hash, path.join(folder, 'dist'), async () => {
    log('building the storefront');
    const vite = path.join(root, 'node_modules/vite/bin/vite.js');
    const result = await run(process.execPath, [vite, 'build', '--logLevel', 'warn'], {
      cwd: folder,
      env: { ...process.env, NODE_ENV: 'production' },
      timeoutMs: 300_000,
    });
    if (!result.ok)
      throw new Error(`The storefront does not build: ${lastLines(result.stderr || result.stdout, 12)}`);
  });
}
