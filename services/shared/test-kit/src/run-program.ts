import { execFile, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';

/** The clone that the tests belong to. */
const root = path.join(import.meta.dirname, '../../../..');

export interface Ran {
  code: number | null;
  out: string;
  err: string;
}

/** Bundles a program of the clone as the build does, to be run many times. `file` is relative to the root. */
export async function openProgram(file: string) {
  const cache = path.join(root, 'node_modules/.cache');
  mkdirSync(cache, { recursive: true });
  // Inside the clone, since the bundle looks for packages with native code from where it lies.
  const folder = mkdtempSync(path.join(cache, 'program-'));
  const script = `import('./scripts/build/bundle.ts').then(({ bundle }) => bundle({ main: process.argv[1] }, process.argv[2]))`;
  await promisify(execFile)(process.execPath, ['--import', 'tsx', '-e', script, file, folder], { cwd: root });

  /** Runs it to its end, as a person would who is at no terminal. */
  async function run(words: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Ran> {
    const child = spawn(process.execPath, [path.join(folder, 'main.mjs'), ...words], {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const ran: Ran = { code: null, out: '', err: '' };
    child.stdout.on('data', (chunk: Buffer) => (ran.out += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (ran.err += chunk.toString()));
    ran.code = await new Promise((resolve) => child.once('close', resolve));
    return ran;
  }

  return { run, close: () => rmSync(folder, { recursive: true, force: true }) };
}
export type Program = Awaited<ReturnType<typeof openProgram>>;
