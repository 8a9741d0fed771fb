import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { gatewayApi } from '@bramble/contracts/gateway';
import { createShopClient } from '@bramble/test-kit/shop-client';
import { waitFor } from '@bramble/test-kit/wait-for';
import { freePort } from '../../scripts/stores/ports';
import { end, isAlive, processId, type ProcessId, readPidFile } from '../../scripts/stores/process-id';
import { cpuSeconds } from './cpu-time';

export interface ShopOptions {
  /** Added to the environment of `npm start`. */
  env?: Record<string, string>;
  /** Data to start on, kept by `stop()`; without it a new folder is made and removed by `stop()`. */
  dataDir?: string;
  port?: number;
  /** The clone that is started; this one unless given. */
  folder?: string;
  /** How long it may take until healthy; 280 s unless given, since the first start builds. */
  timeoutMs?: number;
}

/** The whole shop as `npm start` runs it, in processes of its own. */
export interface RunningShop {
  /** `http://127.0.0.1:<port>` */
  url: string;
  port: number;
  /** Of scripts/start.mjs. */
  pid: number;
  dataDir: string;
  /** What it has printed so far. */
  output(): string;
  /** The process of a service (`orders`) or store (`postgres`, `mongodb`, `redis`, `redis-cache`), when it lives. */
  process(name: string): ProcessId | undefined;
  /** Seconds on a CPU that the start, every service and every store have spent so far. */
  cpuSeconds(): number;
  /** SIGTERM, and waits until everything is gone. Removes the data unless `dataDir` was given. Returns the exit code. */
  stop(): Promise<number>;
  /** SIGKILLs the start, every service and every store at once, as a power cut would. The data stays. */
  kill9All(): Promise<void>;
}

const root = path.resolve(process.cwd());

/** Starts the shop on a free port and waits until it is healthy; throws with its output when it does not become so. */
export async function startShop(options: ShopOptions = {}): Promise<RunningShop> {
  const port = options.port ?? (await freePort());
  const dataDir = options.dataDir ?? mkdtempSync(path.join(os.tmpdir(), 'bramble-shop-'));
  const url = `http://127.0.0.1:${port}`;
  const child = spawn(process.execPath, ['scripts/start.mjs'], {
    cwd: options.folder ?? root,
    env: { ...process.env, ...options.env, PORT: String(port), HOST: '127.0.0.1', DATA_DIR: dataDir },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A process group of its own: Ctrl-C on the test run does not reach it.
    detached: true,
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const exited = new Promise<number>((resolve) => child.once('exit', (code) => resolve(code ?? 1)));
  const pid = child.pid ?? 0;
  const self = processId(pid);

  const shop: RunningShop = {
    url,
    port,
    pid,
    dataDir,
    output: () => output,
    process: (name) => readPidFile(path.join(dataDir, 'run', `${name}.json`)),
    cpuSeconds: () => cpuSeconds([pid, ...runningIn(dataDir).map((each) => each.pid)]),
    async stop() {
      if (self) await end(self, 'SIGTERM', 40_000);
      const code = await exited;
      if (options.dataDir === undefined) rmSync(dataDir, { recursive: true, force: true });
      return code;
    },
    async kill9All() {
      const all = runningIn(dataDir);
      for (const { pid: target } of self ? [self, ...all] : all) kill(target);
      await waitFor(() => [...all, ...(self ? [self] : [])].filter(isAlive), {
        until: (alive) => alive.length === 0,
        what: 'every process to be gone',
      });
      await exited;
    },
  };
  const hasEnded = () => self === undefined || !isAlive(self);
  try {
    const timeout = options.timeoutMs ?? 280_000;
    await waitFor(async () => hasEnded() || (await isHealthy(url)), { timeout, interval: 100 });
  } catch {
    await shop.stop();
    throw new Error(`The shop did not become healthy. It printed:\n${output}`);
  }
  if (hasEnded()) throw new Error(`The shop ended. It printed:\n${output}`);
  return shop;
}

/** Every process that the start on this data has written down, and that lives. */
function runningIn(dataDir: string): ProcessId[] {
  return readdirSync(path.join(dataDir, 'run'))
    .filter((file) => file.endsWith('.json'))
    .map((file) => readPidFile(path.join(dataDir, 'run', file)))
    .filter((id) => id !== undefined);
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // The process has ended meanwhile.
    return;
  }
}

const isHealthy = (url: string): Promise<boolean> =>
  createShopClient(url, { timeoutMs: 2_000 })
    .call(gatewayApi.health)
    .then(
      () => true,
      () => false,
    );
