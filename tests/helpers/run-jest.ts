import { spawn } from 'node:child_process';
import path from 'node:path';

/** Runs jest in the clone with a configuration of `tests/`, prints what it prints, and answers its exit code. */
export async function runJest(
  config: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<number> {
  const jest = spawn(process.execPath, ['node_modules/jest/bin/jest.js', '-c', config, ...args], {
    cwd: path.join(import.meta.dirname, '../..'),
    stdio: 'inherit',
    env: { ...process.env, ...env },
  });
  // Ctrl-C reaches jest, too; this process waits until jest has ended.
  process.on('SIGINT', () => undefined);
  process.on('SIGTERM', () => jest.kill('SIGTERM'));
  return new Promise((resolve, reject) => {
    jest.once('error', reject);
    jest.once('exit', (code) => resolve(code ?? 1));
  });
}
