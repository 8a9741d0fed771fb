import { type ChildProcess, spawn, type SpawnOptions } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { end, processId, writePidFile } from './process-id';
import type { Log } from './types';

export interface SuperviseOptions {
  name: string;
  command: string;
  args: readonly string[];
  options: Pick<SpawnOptions, 'cwd' | 'env' | 'uid' | 'gid'>;
  /** A folder passed as file descriptor 3, so that the process reaches it whatever lies above. */
  folder?: string;
  /** Holds `<name>.json` while the process lives. */
  runDir: string;
  logDir: string;
  stopSignal: NodeJS.Signals;
  stopGraceMs: number;
  log: Log;
  /** Called for each exit that was not requested. */
  onExit?: (exits: number) => void;
}

/** One process that is restarted whenever it ends unexpectedly. */
export interface Supervised {
  readonly name: string;
  pid(): number | undefined;
  /** How often it ended unexpectedly. */
  exits(): number;
  /** The last lines of its log. */
  lastLines(lines?: number): string;
  /** Ends it and waits; it is not started again. */
  stop(): Promise<void>;
  /** Ends it at once. */
  kill(): void;
}

const LOG_LIMIT = 20 * 1024 * 1024;
/** Characters of a log line that are printed; the whole stack trace is in the log file. */
const WIDEST = 400;
const LONGEST_PAUSE_MS = 5_000;
const HEALTHY_AFTER_MS = 30_000;

/** Starts the process now. It gets a session of its own, so that Ctrl-C reaches only the parent. */
export function supervise(config: SuperviseOptions): Supervised {
  const { name, runDir, logDir } = config;
  const pidFile = path.join(runDir, `${name}.json`);
  const logFile = path.join(logDir, `${name}.log`);
  let child: ChildProcess | undefined;
  let stopping = false;
  let exits = 0;
  let quickExits = 0;
  let timer: NodeJS.Timeout | undefined;

  const start = (): void => {
    if (existsSync(logFile) && statSync(logFile).size > LOG_LIMIT) renameSync(logFile, `${logFile}.1`);
    const output = openSync(logFile, 'a', 0o600);
    const folder = config.folder === undefined ? undefined : openSync(config.folder, 'r');
    const startedAt = Date.now();
    const started = spawn(config.command, config.args, {
      ...config.options,
      detached: true,
      stdio: ['ignore', output, output, ...(folder === undefined ? [] : [folder])],
    });
    child = started;
    if (started.pid !== undefined) writePidFile(pidFile, started.pid);
    closeSync(output);
    if (folder !== undefined) closeSync(folder);
    let ended = false;
    const onEnd = (how: string): void => {
      if (ended) return;
      ended = true;
      rmSync(pidFile, { force: true });
      child = undefined;
      if (stopping) return;
      exits += 1;
      quickExits = Date.now() - startedAt > HEALTHY_AFTER_MS ? 0 : quickExits + 1;
      const pause = Math.min(LONGEST_PAUSE_MS, 200 * 2 ** quickExits);
      config.log(`${name} ended (${how}); starting it again in ${(pause / 1000).toFixed(1)} s`);
      timer = setTimeout(start, pause);
      config.onExit?.(exits);
    };
    started.on('error', (error) => onEnd(error.message));
    started.on('exit', (code, signal) => onEnd(signal ?? `exit ${code}`));
  };
  start();

  function lastLines(lines = 8): string {
    return (existsSync(logFile) ? readFileSync(logFile, 'utf8') : '')
      .trim()
      .split('\n')
      .slice(-lines)
      .map((line) => (line.length > WIDEST ? `${line.slice(0, WIDEST)}…` : line))
      .join('\n');
  }

  async function stop(): Promise<void> {
    stopping = true;
    clearTimeout(timer);
    const id = child?.pid === undefined ? undefined : processId(child.pid);
    if (id) await end(id, config.stopSignal, config.stopGraceMs);
    rmSync(pidFile, { force: true });
  }

  function kill(): void {
    stopping = true;
    clearTimeout(timer);
    child?.kill('SIGKILL');
  }

  return { name, pid: () => child?.pid, exits: () => exits, lastLines, stop, kill };
}
