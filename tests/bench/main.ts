import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { ordersApi, type OrderStatus } from '@bramble/contracts/orders';
import {
  checkShopUrl,
  createCommand,
  numberOption,
  runCommand,
} from '@bramble/service-kit/base/command-line';
import { allPages, createShopClient, type ShopClient } from '@bramble/test-kit/shop-client';
import { defaultCacheDir } from '../../scripts/stores/cache';
import { openStores } from '../../scripts/stores/open-stores';
import { demoAccount } from '../helpers/demo-account';
import { startShop } from '../helpers/running-shop';
import type { BareKind } from './bare-server';
import { compare } from './compare';
import { edgePlans } from './edge';
import type { LoadPlan, LoadResult } from './load';
import { orderRequests, prepare, publicLoads } from './plans';
import { load, ORDERS_WARM_UP_SECONDS, withBareServer } from './processes';

interface Options {
  url?: string;
  seconds: number;
  connections: number;
  json: string;
  against?: string;
  of?: string;
  rounds: number;
  only: string;
}

const program = createCommand('npm run bench --', {
  does: 'Measures a running shop on this machine and, in the same run, the bare limits of the machine, and prints ratios.',
  example: 'npm run bench -- --seconds 10 --json /tmp/bench.json',
})
  .option('--url <url>', 'a running instance on loopback (default: starts one of its own and stops it)')
  .addOption(
    numberOption('--seconds <number>', 'length of each measurement', { min: 1, max: 60, fallback: 5 }),
  )
  .addOption(
    numberOption('--connections <count>', 'open connections', {
      min: 1,
      max: 500,
      whole: true,
      fallback: 50,
    }),
  )
  .option('--json <file>', 'where the figures go', 'bench-results.json')
  .option('--against <folder>', 'instead: compares with the shop of another clone, in turns')
  .option('--of <folder>', 'holds the shop of this clone against it (default: this one)')
  .option('--only <text>', 'compares only loads with this text in their name', '')
  .addOption(
    numberOption('--rounds <count>', 'turns of a comparison', { min: 1, max: 100, whole: true, fallback: 9 }),
  )
  .action(() => bench(program.opts<Options>()));

interface Row extends LoadResult {
  name: string;
  /** Which bare limit it is held against. */
  against?: string;
}

/** The demo courier's steps belong to no figure here: a courier takes hours, and the orders are timed to PAID. */
const env = { RATE_LIMIT_FACTOR: '1000000', DELIVERY_STEP_SECONDS: '600' };

const say = (line: string) => process.stderr.write(`bench: ${line}\n`);

async function bareLimits(seconds: number, connections: number): Promise<Row[]> {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'bramble-bench-'));
  const stores = await openStores({ dataDir, cacheDir: defaultCacheDir(), ephemeral: false, log: say });
  const kinds: [BareKind, string, string][] = [
    ['http', 'bare node:http, 2 KB', ''],
    ['express', 'bare Express 5, 2 KB', ''],
    ['redis', 'node:http + Redis GET', stores.redisCacheUrl],
    ['postgres', 'node:http + PostgreSQL order', stores.postgresUrl],
    ['mongodb', 'node:http + MongoDB decrement', stores.mongodbUrl],
  ];
  const rows: Row[] = [];
  try {
    for (const [kind, name, storeUrl] of kinds) {
      say(name);
      rows.push({
        name,
        ...(await withBareServer(kind, storeUrl, (url) =>
          load({ url, seconds, connections, requests: [{ method: 'GET', path: '/' }] }),
        )),
      });
    }
  } finally {
    await stores.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
  return rows;
}

/** How many orders are in `status`, counted by pages, at most 500. */
const countOrders = async ({ call }: ShopClient, token: string, status: OrderStatus): Promise<number> => {
  const query = { status, limit: 100 };
  const pages = (cursor?: string) => call(ordersApi.adminList, { token, query: { ...query, cursor } });
  return (await allPages(pages, 500)).length;
};

async function shopRows(
  { url, dataDir }: { url: string; dataDir: string | undefined },
  seconds: number,
  connections: number,
): Promise<{ rows: Row[]; unpaidAfterOneSecond: number }> {
  say('preparing buyers and products');
  const shop = createShopClient(url);
  const { tokens, productIds } = await prepare(shop);
  const adminToken = await shop.signIn(demoAccount('admin'));
  const express = 'bare Express 5, 2 KB';
  const rows: Row[] = [];
  const measure = async (
    name: string,
    against: string,
    requests: LoadPlan['requests'],
    warmUpSeconds?: number,
  ) => {
    say(name);
    rows.push({ name, against, ...(await load({ url, seconds, connections, requests }, warmUpSeconds)) });
  };
  for (const { name, requests } of publicLoads(productIds)) await measure(name, express, requests);
  const edge =
    dataDir === undefined ? [] : edgePlans({ url, dataDir }, productIds[0] ?? '', { seconds, connections });
  if (edge.length === 0)
    say('no figures for the edge: only a shop started here tells where its services are');
  for (const { plan, ...named } of edge) {
    say(named.name);
    rows.push({ ...named, ...(await load(plan())) });
  }
  const orders = orderRequests(tokens, productIds);
  await measure('orders, two lines, to PAID', 'node:http + PostgreSQL order', orders, ORDERS_WARM_UP_SECONDS);
  await pause(1_000);
  const unpaidAfterOneSecond =
    (await countOrders(shop, adminToken, 'PENDING')) + (await countOrders(shop, adminToken, 'RESERVED'));
  return { rows, unpaidAfterOneSecond };
}

function table(rows: readonly Row[]): string {
  const limits = new Map(rows.map((row) => [row.name, row.perSecond]));
  const cells = rows.map((row) => {
    const limit = row.against === undefined ? undefined : limits.get(row.against);
    const ratio = limit ? `${Math.round((row.perSecond / limit) * 100)} % of ${row.against ?? ''}` : '';
    return `| ${row.name} | ${Math.round(row.perSecond).toLocaleString('en')} | ${row.p50} | ${row.p99} | ${row.failed} | ${ratio} |`;
  });
  return [
    '| what | per second | p50 ms | p99 ms | failed | ratio |',
    '|---|---|---|---|---|---|',
    ...cells,
  ].join('\n');
}

async function bench({
  url: given,
  seconds,
  connections,
  json,
  against,
  of,
  rounds,
  only,
}: Options): Promise<void> {
  if (against !== undefined) {
    process.stdout.write(
      await compare({ folder: against, of, seconds, connections, rounds, only, env, say }),
    );
    return;
  }
  const url = given === undefined ? undefined : checkShopUrl(given);
  const bare = await bareLimits(seconds, connections);
  const own = url ? undefined : await startShop({ env });
  try {
    const shop = { url: url ?? own?.url ?? '', dataDir: own?.dataDir };
    const { rows, unpaidAfterOneSecond } = await shopRows(shop, seconds, connections);
    const all = [...bare, ...rows];
    writeFileSync(
      json,
      `${JSON.stringify({ at: new Date().toISOString(), cpus: cpus().length, node: process.version, seconds, connections, rows: all, unpaidAfterOneSecond }, null, 2)}\n`,
    );
    process.stdout.write(
      `${table(all)}\n\nOrders not paid one second after the load: ${unpaidAfterOneSecond}\n`,
    );
  } finally {
    await own?.stop();
  }
}

await runCommand(program);
