import path from 'node:path';
import { waitFor } from '@bramble/test-kit/wait-for';
import type { ServiceEnvironment } from '../../scripts/start/environment';
import { supervise, type Supervised } from '../../scripts/stores/supervise';

const LIMIT_MS = 180_000;

export interface BootOptions {
  /** Runs JavaScript as an arm64 machine would. */
  node: string;
  /** Of the service's image: main.mjs with its native packages. */
  folder: string;
  dataDir: string;
  /** Told of each service that was started, also of one that never becomes ready. */
  track: (service: Supervised) => void;
}

/** Starts one service and waits until it is ready; answers the seconds that took. Throws with its last words. */
export async function boot(service: ServiceEnvironment, options: BootOptions): Promise<number> {
  const { name, env } = service;
  const started = performance.now();
  const running = supervise({
    name,
    command: options.node,
    args: ['main.mjs'],
    options: { cwd: options.folder, env },
    runDir: path.join(options.dataDir, 'run'),
    logDir: path.join(options.dataDir, 'logs'),
    stopSignal: 'SIGTERM',
    stopGraceMs: 30_000,
    log: () => undefined,
  });
  options.track(running);
  const ready = `http://127.0.0.1:${env['OPS_PORT'] ?? ''}/readyz`;
  try {
    await waitFor(async () => running.exits() > 0 || (await fetch(ready)).ok, {
      timeout: LIMIT_MS,
      interval: 100,
      what: `${name} to become ready`,
    });
    if (running.exits() > 0) throw new Error(`${name} ended`);
  } catch (error) {
    throw new Error(`${name} did not boot. Its last lines:\n${running.lastLines(12)}`, { cause: error });
  }
  return (performance.now() - started) / 1000;
}
