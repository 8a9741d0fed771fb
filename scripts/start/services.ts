import { existsSync } from 'node:fs';
import path from 'node:path';
import { lastLines, run } from '../stores/run';
import { supervise, type Supervised } from '../stores/supervise';
import type { Log } from '../stores/types';
import { root } from '../workspace';
import type { ServiceEnvironment } from './environment';

const bundle = (name: string, entry: string): string => path.join(root, 'dist', name, `${entry}.mjs`);

/** Starts one service from its bundle; it is started again when it dies. */
export function startService(service: ServiceEnvironment, dataDir: string, log: Log): Supervised {
  return supervise({
    name: service.name,
    command: process.execPath,
    args: ['--enable-source-maps', bundle(service.name, 'main')],
    options: { cwd: root, env: service.env },
    runDir: path.join(dataDir, 'run'),
    logDir: path.join(dataDir, 'logs'),
    stopSignal: 'SIGTERM',
    stopGraceMs: 15_000,
    log,
  });
}

/** Runs the services' seeds, those that have one; each fills its own database and can be run again. */
export async function seed(services: readonly ServiceEnvironment[], log: Log): Promise<void> {
  await Promise.all(
    services
      .filter(({ name }) => existsSync(bundle(name, 'seed')))
      .map(async ({ name, env }) => {
        const args = ['--enable-source-maps', bundle(name, 'seed')];
        const result = await run(process.execPath, args, {
          cwd: root,
          // It runs beside the service, whose ports it must not take.
          env: { ...env, PORT: '0', OPS_PORT: '0' },
          timeoutMs: 120_000,
        });
        if (!result.ok)
          throw new Error(
            `The demo data of ${name} could not be loaded: ${lastLines(`${result.stdout}\n${result.stderr}`, 8)}`,
          );
        log(`demo data of ${name} is there`);
      }),
  );
}
