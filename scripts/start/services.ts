import path from 'node:path';
import { supervise, type Supervised } from '../stores/supervise';
import type { Log } from '../stores/types';
import { root } from '../workspace';
import type { ServiceEnvironment } from './environment';

/** Starts one service from its bundle; it is started again when it dies. */
export function startService(service: ServiceEnvironment, dataDir: string, log: Log): Supervised {
  return supervise({
    name: service.name,
    command: process.execPath,
    args: ['--enable-source-maps', path.join(root, 'dist', service.name, 'main.mjs')],
    options: { cwd: root, env: service.env },
    runDir: path.join(dataDir, 'run'),
    logDir: path.join(dataDir, 'logs'),
    stopSignal: 'SIGTERM',
    stopGraceMs: 15_000,
    log,
  });
}
