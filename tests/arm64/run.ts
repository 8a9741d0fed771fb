/*
 * npm run test:arm64: the bundles that go into the arm64 images run on that processor (emulated: its instructions, not its
 * speed), on stores of this machine, and sell something.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createShopClient } from '@bramble/test-kit/shop-client';
import { waitFor } from '@bramble/test-kit/wait-for';
import { prepareDatabases } from '../../scripts/start/databases';
import { builtGateway, type ServiceEnvironment, serviceEnvironments } from '../../scripts/start/environment';
import { defaultCacheDir } from '../../scripts/stores/cache';
import { keptSecret, openStores, type Stores } from '../../scripts/stores/open-stores';
import { freePort } from '../../scripts/stores/ports';
import type { Supervised } from '../../scripts/stores/supervise';
import { serviceNames } from '../../scripts/workspace';
import { findBeside } from '../helpers/find-beside';
import { boot } from './boot';
import { layOutServices } from './lay-out';

const VARIABLE = 'BRAMBLE_ARM64_NODE';
const PATIENCE_MS = 120_000;
const started = performance.now();
const say = (line: string): void => console.log(line);
const inSeconds = (since: number): string => `${((performance.now() - since) / 1000).toFixed(1)} s`;

const running: Supervised[] = [];
let stores: Stores | undefined;
const dataDir = mkdtempSync(path.join(os.tmpdir(), 'bramble-arm64-'));

async function main(): Promise<void> {
  const node = findBeside('arm64/node', VARIABLE);
  if (node === undefined) {
    throw new Error(
      `There is no Node for arm64 here: ../shared/arm64/node is missing, and ${VARIABLE} names no file.`,
    );
  }
  const about = execFileSync(node, ['-p', '`Node ${process.version} on ${process.arch}`'], {
    encoding: 'utf8',
  });
  say(`${about.trim()}, emulated; stores run on ${process.arch}`);
  const names = serviceNames();
  const folders = await layOutServices(names, say);
  const environments = await prepare(names);
  const start = async (service: ServiceEnvironment): Promise<void> => {
    const folder = folders.get(service.name) ?? '';
    const seconds = await boot(service, { node, folder, dataDir, track: (each) => running.push(each) });
    say(`  ${service.name.padEnd(14)} booted in ${seconds.toFixed(1).padStart(5)} s`);
  };
  const of = (wanted: (name: string) => boolean) => environments.filter(({ name }) => wanted(name));
  for (const service of of((name) => name !== 'gateway' && name !== 'simulator')) await start(service);
  for (const service of of((name) => name === 'gateway')) await start(service);
  const [gateway] = of((name) => name === 'gateway');
  await sell(`http://127.0.0.1:${gateway?.port ?? 0}`);
  // Last, because it buys on its own.
  for (const service of of((name) => name === 'simulator')) await start(service);
  say(`${names.length} services booted on arm64, one order COMPLETED, ${inSeconds(started)} in all`);
}

async function prepare(services: readonly string[]): Promise<ServiceEnvironment[]> {
  const settings = {
    port: await freePort(),
    host: '127.0.0.1',
    dataDir,
    cacheDir: defaultCacheDir(),
    demo: true,
    demoAdmin: false,
    payments: true,
    given: { postgresUrl: undefined, mongodbUrl: undefined, redisUrl: undefined },
  };
  const quiet = (): void => undefined;
  stores = await openStores({ ...settings, ephemeral: true, log: quiet });
  const readyFile = path.join(dataDir, 'run', 'ready');
  mkdirSync(path.dirname(readyFile), { recursive: true });
  writeFileSync(readyFile, '');
  const environments = await serviceEnvironments({
    settings,
    stores,
    databases: await prepareDatabases({
      adminUrl: stores.postgresUrl,
      own: true,
      secret: keptSecret(dataDir, 'stores'),
      log: quiet,
    }),
    services,
    internalTokenKey: keptSecret(dataDir, 'internal-token'),
    readyFile,
    gateway: builtGateway(settings),
  });
  const gateway = `http://127.0.0.1:${settings.port}`;
  const more = { GATEWAY_URL: gateway, RATE_LIMIT_FACTOR: '100', LOG_LEVEL: 'warn', SIMULATOR_RATE: '0.1' };
  return environments.map((service) => ({ ...service, env: { ...service.env, ...more } }));
}

/** The first calls run code that was never run before, at a fraction of the speed: an answer that comes too late is asked for again. */
async function sell(url: string): Promise<void> {
  const shop = createShopClient(url, { timeoutMs: PATIENCE_MS });
  const patiently = <T>(what: string, ask: () => Promise<T>) =>
    waitFor(ask, { timeout: PATIENCE_MS, interval: 500, what });
  const since = performance.now();
  const seller = await patiently('a seller', () => shop.signUp('seller'));
  const product = await patiently('a product', () => shop.offer(seller, 5));
  const buyer = await patiently('a buyer', () => shop.signUp('customer'));
  const request = { items: [{ productId: product.id, quantity: 2 }], key: `arm64-${Date.now()}` };
  const { id } = await patiently('an order', () => shop.placeOrder(buyer, request));
  const { status } = await shop.orderReaches(buyer, id, { timeout: PATIENCE_MS });
  if (status !== 'COMPLETED') throw new Error(`the order ended as ${status}`);
  say(`  an order went through them to ${status}, ${inSeconds(since)} from the first sign-up`);
}

async function stop(): Promise<void> {
  await Promise.all(running.map((service) => service.stop()));
  await stores?.stop();
  rmSync(dataDir, { recursive: true, force: true });
}

/** Throws what kept the shop from selling; what was started is ended either way. */
export async function run(): Promise<void> {
  try {
    await main();
  } finally {
    await stop();
  }
}
