import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { stop as stopEsbuild } from 'esbuild';
import { withLock } from '../stores/data-lock';
import type { Log } from '../stores/types';
import { root, serviceNames } from '../workspace';
import { bundleService } from './bundle';
import { generateClients } from './generate';
import { buildStorefront } from './storefront';

/**
 * Generates, bundles the services and builds the storefront; what did not change is left alone. Two starts in one
 * clone take turns.
 */
export async function buildAll(log: Log): Promise<void> {
  mkdirSync(path.join(root, 'dist'), { recursive: true });
  await withLock(path.join(root, 'dist', '.build.lock'), async () => {
    const bundle = async (name: string): Promise<void> => bundleService(name, log);
    // The lock is held until all have ended, also after one failed: none writes on while another start builds.
    const bundles = generateClients(log).then(() => Promise.allSettled(serviceNames().map(bundle)));
    const [services, storefront] = await Promise.allSettled([bundles, buildStorefront(log)]);
    if (services.status === 'rejected') throw services.reason;
    await stopEsbuild();
    for (const result of [...services.value, storefront]) {
      if (result.status === 'rejected') throw result.reason;
    }
  });
}
