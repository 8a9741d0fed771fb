import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { BareKind } from './bare-server';
import type { LoadPlan, LoadResult } from './load';

const script = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const run = (name: string, args: string[]): ChildProcess =>
  spawn(process.execPath, ['--import', 'tsx', script(name), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, NODE_ENV: 'production' },
  });

async function firstLine(child: ChildProcess): Promise<string> {
  if (!child.stdout) throw new Error('the process has no output');
  const line = once(createInterface({ input: child.stdout }), 'line') as Promise<[string]>;
  const exited = once(child, 'exit').then(([code]) =>
    Promise.reject(new Error(`a bench process ended early with ${String(code)}`)),
  );
  return (await Promise.race([line, exited]))[0];
}

/** Enough for one server; an order crosses six, which V8 compiles on the same two cores. */
const WARM_UP_SECONDS = 3;
export const ORDERS_WARM_UP_SECONDS = 10;

/** Runs load in a process of its own, first to warm the server up and then to measure, and answers the figures. */
export async function load(plan: LoadPlan, warmUpSeconds = WARM_UP_SECONDS): Promise<LoadResult> {
  if (warmUpSeconds > 0)
    await firstLine(run('load.ts', [JSON.stringify({ ...plan, seconds: warmUpSeconds })]));
  return JSON.parse(await firstLine(run('load.ts', [JSON.stringify(plan)]))) as LoadResult;
}

/** Starts a bare server, runs `fn` against it, and ends it by its process id. */
export async function withBareServer<T>(
  kind: BareKind,
  storeUrl: string,
  fn: (url: string) => Promise<T>,
): Promise<T> {
  const child = run('bare-server.ts', [kind, storeUrl]);
  try {
    return await fn(`http://127.0.0.1:${await firstLine(child)}`);
  } finally {
    child.kill('SIGKILL');
  }
}
