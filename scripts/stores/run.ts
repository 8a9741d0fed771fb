import { type ChildProcess, execFile } from 'node:child_process';

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

/** Runs a command to its end and never throws: a missing program is `ok: false`. */
export function run(file: string, args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  const { timeoutMs = 60_000, ...rest } = options;
  return new Promise((resolve) => {
    const child = execFile(
      file,
      args,
      { ...rest, timeout: timeoutMs, maxBuffer: 16 * 1024 * 1024, encoding: 'utf8' },
      (error, stdout, stderr) => {
        underWay.delete(child);
        resolve({ ok: !error, stdout, stderr: stderr || (error?.message ?? '') });
      },
    );
    underWay.add(child);
  });
}

/** Ends every command that still runs, so that none is left after this process. */
export function endCommands(): void {
  for (const child of underWay) child.kill('SIGKILL');
}

/** The last lines of a command's error output, short enough for one sentence. */
export function lastLines(text: string, count = 3): string {
  return text.trim().split('\n').slice(-count).join(' ').slice(-2_000);
}
