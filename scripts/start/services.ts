import path from 'node:path';
import { supervise, type Supervised } from '../stores/supervise';
import type { Log } from '../stores/types';
import { root } from '../workspace';
import type { ServiceEnvironment } from './environment';

export interface StartServiceOptions {
  /** The arguments of Node that run a service. */
  program: (name: string) => readonly string[];
  dataDir: string;
  log: Log;
}

/** Starts one service from its bundle; it is started again when it ends. */
export function startService(
  service: ServiceEnvironment,
  { program, dataDir, log }: StartServiceOptions,
): Supervised {
  return supervise({
    name: service.name,
    command: process.execPath,
    args: program(service.name),
    options: { cwd: root, env: service.env },
    runDir: path.join(dataDir, 'run'),
    logDir: path.join(dataDir, 'logs'),
    stopSignal: 'SIGTERM',
    stopGraceMs: 15_000,
    log,
  });
}
