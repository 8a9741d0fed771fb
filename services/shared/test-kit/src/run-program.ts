import { execFile, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';

/** The clone that the tests belong to. */
const root = path.join(import.meta.dirname, '../../../..');

/** A program that runs as a service and logs lines of JSON. */
export interface Started {
  /** Where it answers. */
  url: string;
  /** What it has logged so far. */
  lines: () => Record<string, unknown>[];
  stop: () => Promise<void>;
}

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

  /** Runs it to its end, without a terminal. */
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

  /** Starts it as a service and waits until it says that it is ready. */
  async function start(env: NodeJS.ProcessEnv): Promise<Started> {
    const child = spawn(process.execPath, [path.join(folder, 'main.mjs')], {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const exited = new Promise<void>((resolve) => child.once('close', () => resolve()));
    const lines: Record<string, unknown>[] = [];
    const port = await new Promise<unknown>((resolve, reject) => {
      createInterface({ input: child.stdout }).on('line', (text) => {
        const line = JSON.parse(text) as Record<string, unknown>;
        lines.push(line);
        if (line['msg'] === 'ready') resolve(line['port']);
      });
      void exited.then(() => reject(new Error(`${file} ended before it was ready`)));
    });
    const stop = async () => {
      child.kill('SIGTERM');
      await exited;
    };
    return { url: `http://127.0.0.1:${String(port)}`, lines: () => lines, stop };
  }

  return { run, start, close: () => rmSync(folder, { recursive: true, force: true }) };
}
export type Program = Awaited<ReturnType<typeof openProgram>>;
