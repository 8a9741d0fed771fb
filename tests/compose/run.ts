/*
 * npm run test:compose: the shop of compose.yaml on this machine's Docker engine, from images built here, sells something.
 * Where public images cannot be had, stand-ins take their place (the cluster test's).
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createShopClient } from '@bramble/test-kit/shop-client';
import { freePort } from '../../scripts/stores/ports';
import { root } from '../../scripts/workspace';
import { findLocalCluster } from '../cluster/local-cluster';
import { docker, engineIsUp, findCompose } from './compose';

const PROJECT = 'bramble-compose-test';
const PREFIX = 'bramble.local/bramble';
const LIMIT_SECONDS = 300;
const folder = mkdtempSync(path.join(os.tmpdir(), 'bramble-compose-'));
const envFile = path.join(folder, 'env');
const say = (line: string): void => console.log(line);
const since = (start: number): string => `${((performance.now() - start) / 1000).toFixed(1)} s`;

const engineWasUp = engineIsUp();
const standIns = findLocalCluster();
let compose: ((...args: string[]) => number) | undefined;

async function main(): Promise<void> {
  if (!engineWasUp && standIns === undefined)
    throw new Error('There is no Docker engine: start one, or name the tool with BRAMBLE_CLUSTER_TOOL.');
  standIns?.baseImages();
  buildImages();
  const port = await freePort();
  execFileSync(path.join(root, 'deploy', 'compose', 'init'), [envFile], { stdio: 'ignore' });
  appendFileSync(envFile, settings(port));
  const [command, ...first] = findCompose();
  const always = ['--progress=quiet', `--project-name=${PROJECT}`, `--env-file=${envFile}`];
  compose = (...args) =>
    spawnSync(command, [...first, ...always, ...args], {
      cwd: root,
      stdio: 'inherit',
    }).status ?? 1;
  const started = performance.now();
  if (compose('up', '--wait', `--wait-timeout=${LIMIT_SECONDS}`, '--quiet-pull') !== 0) {
    compose('ps', '--all');
    compose('logs', '--tail=15');
    throw new Error('docker compose up --wait failed');
  }
  say(`docker compose up --wait: healthy after ${since(started)}`);
  await sell(`http://127.0.0.1:${port}`);
  if (compose('up', '--wait', `--wait-timeout=${LIMIT_SECONDS}`) !== 0)
    throw new Error('a second docker compose up --wait, which has nothing to do, failed');
  say('docker compose up --wait once more: nothing to do');
}

function buildImages(): void {
  const bases =
    standIns === undefined
      ? []
      : ['--node-image=bramble.local/node:24', '--nginx-image=bramble.local/nginx:1.22'];
  const script = ['--import', 'tsx', 'scripts/images.ts', `--prefix=${PREFIX}`, ...bases];
  execFileSync(process.execPath, script, { stdio: ['ignore', 'ignore', 'inherit'] });
}

const settings = (port: number): string =>
  [
    `BRAMBLE_PREFIX=${PREFIX}`,
    `PORT=${port}`,
    'DEMO=on',
    'RATE_LIMIT_FACTOR=100',
    ...(standIns === undefined
      ? []
      : [
          'POSTGRES_IMAGE=bramble.local/postgres:18',
          'MONGODB_IMAGE=bramble.local/mongo:6.0.5',
          'REDIS_IMAGE=bramble.local/redis:7.0.15',
        ]),
    '',
  ].join('\n');

async function sell(url: string): Promise<void> {
  const started = performance.now();
  const shop = createShopClient(url);
  const product = await shop.offer(await shop.signUp('seller'), 5);
  const buyer = await shop.signUp('customer');
  const { id } = await shop.placeOrder(buyer, { items: [{ productId: product.id, quantity: 2 }] });
  const order = await shop.orderReaches(buyer, id, { timeout: 60_000 });
  if (order.status !== 'COMPLETED') throw new Error(`the order ended as ${order.status}`);
  say(`an order went through it to ${order.status}, ${since(started)} from the first sign-up`);
}

async function stop(): Promise<void> {
  compose?.('down', '--volumes', '--timeout=20');
  rmSync(folder, { recursive: true, force: true });
  if (!engineWasUp) await standIns?.endEngine();
}

/** Throws what kept the shop from selling; what was started is ended either way. */
export async function run(): Promise<void> {
  say(execFileSync(docker, ['--version'], { encoding: 'utf8' }).trim());
  try {
    await main();
  } finally {
    await stop();
  }
}
