import { type ChildProcess, execFile } from 'node:child_process';
import path from 'node:path';

const underWay = new Set<ChildProcess>();

export interface RunOptions {
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  uid?: number;
  gid?: number;
  timeoutMs?: number;
}

export interface RunResult {
  ok: boolean;
  stdout: string;
  stderr: string;
}

/** Runs a command to its end and never throws: a missing program is `ok: false`. One that takes too long is ended, and `stderr` says so. */
export function run(file: string, args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  const { timeoutMs = 60_000, ...rest } = options;
  return new Promise((resolve) => {
    const child = execFile(
      file,
      args,
      { ...rest, timeout: timeoutMs, maxBuffer: 16 * 1024 * 1024, encoding: 'utf8' },
      (error, stdout, stderr) => {
        underWay.delete(child);
        const reason = error?.killed ? `${stderr}\n${tooLong(file, timeoutMs)}` : stderr;
        resolve({ ok: !error, stdout, stderr: reason || (error?.message ?? '') });
      },
    );
    underWay.add(child);
  });
}

const tooLong = (file: string, timeoutMs: number): string =>
  `${path.basename(file)} was ended after ${timeoutMs / 1000} s, which were not enough: try again when the machine is less busy.`;

/** Ends every command that still runs, so that none is left after this process. */
export function endCommands(): void {
  for (const child of underWay) child.kill('SIGKILL');
}

/** The last lines of a command's error output, short enough for one sentence. */
export function lastLines(text: string, count = 3): string {
  return text.trim().split('\n').slice(-count).join(' ').slice(-2_000);
}
