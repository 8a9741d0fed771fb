import { existsSync } from 'node:fs';
import path from 'node:path';
import { UsageError } from '@bramble/service-kit/base/command-line';
import { createShopClient } from '@bramble/test-kit/shop-client';
import { waitFor } from '@bramble/test-kit/wait-for';
import { median } from '../helpers/median';
import { type RunningShop, startShop } from '../helpers/running-shop';
import type { LoadPlan } from './load';
import { orderRequests, prepare, publicLoads } from './plans';
import { load, ORDERS_WARM_UP_SECONDS } from './processes';

interface Comparison {
  /** The other clone, built or not. */
  folder: string;
  /** The clone that is held against it; this one unless given. */
  of?: string | undefined;
  seconds: number;
  connections: number;
  rounds: number;
  /** Text in the names of the loads to run. */
  only: string;
  env: Record<string, string>;
  say: (line: string) => void;
}
interface Figures {
  perSecond: number;
  /** Milliseconds on a CPU, of all services and stores together, per request that succeeded. */
  cpuMs: number;
}

function checkClone(folder: string, option: string) {
  if (!existsSync(path.join(folder, 'scripts', 'start.mjs')))
    throw new UsageError(`${option} takes the folder of a clone of this repository`);
}

const ORDERS = 'orders, two lines';
const names = [...publicLoads([]).map(({ name }) => name), ORDERS];

async function loadsOf({ url }: RunningShop): Promise<{ name: string; requests: LoadPlan['requests'] }[]> {
  const { tokens, productIds } = await prepare(createShopClient(url));
  return [...publicLoads(productIds), { name: ORDERS, requests: orderRequests(tokens, productIds) }];
}

/** Until the shop has done what it was asked: the saga of an order goes on after the answer. */
async function rest(shop: RunningShop): Promise<void> {
  let before = shop.cpuSeconds();
  const spent = () => {
    const now = shop.cpuSeconds();
    const seconds = now - before;
    before = now;
    return seconds;
  };
  await waitFor(spent, {
    until: (seconds) => seconds < 0.05,
    interval: 500,
    timeout: 60_000,
    what: 'the shop to rest',
  });
}

/** One load of one shop, to be measured any number of times. */
async function measurementOf(
  shop: RunningShop,
  name: string,
  { seconds, connections }: Pick<Comparison, 'seconds' | 'connections'>,
): Promise<() => Promise<Figures>> {
  const requests = (await loadsOf(shop)).find((each) => each.name === name)?.requests ?? [];
  await load({ url: shop.url, seconds: ORDERS_WARM_UP_SECONDS, connections, requests }, 0);
  return async () => {
    await rest(shop);
    const before = shop.cpuSeconds();
    const { perSecond, ok, failed } = await load({ url: shop.url, seconds, connections, requests }, 0);
    if (failed > ok / 100)
      throw new Error(`${name} at ${shop.url}: ${failed} requests failed, ${ok} succeeded`);
    await rest(shop);
    return { perSecond, cpuMs: ((shop.cpuSeconds() - before) / ok) * 1000 };
  };
}

const cells = (values: readonly string[]) => `| ${values.join(' | ')} |`;

/** The median of each side, the median of the rounds' ratios, and the lowest and highest ratio. */
function ratioCells(old: readonly number[], now: readonly number[], digits: number): string[] {
  const ratios = now.map((value, round) => value / (old[round] ?? Number.NaN));
  const range = `${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)}`;
  return [
    median(old).toFixed(digits),
    median(now).toFixed(digits),
    `${median(ratios).toFixed(2)} (${range})`,
  ];
}

/**
 * Runs the shops of two clones side by side and sends each load to one, then to the other, so that other load on the
 * machine affects both. Answers a table. Time on a CPU per request is the steadier figure: other programs change the
 * requests per second and hardly the work of one.
 */
export async function compare({
  folder,
  of = '.',
  rounds,
  only,
  env,
  say,
  ...size
}: Comparison): Promise<string> {
  checkClone(folder, '--against');
  checkClone(of, '--of');
  const chosen = names.filter((name) => name.includes(only));
  if (chosen.length === 0) throw new UsageError(`--only takes text of a load's name: ${names.join('; ')}`);
  const there = await startShop({ env, folder: path.resolve(folder) });
  const here = await startShop({ env, folder: path.resolve(of) });
  try {
    const lines = [
      cells([
        'what',
        'there, per second',
        'here',
        'ratio (lowest to highest)',
        'there, CPU ms each',
        'here',
        'ratio (lowest to highest)',
      ]),
      cells(['---', '--:', '--:', '---', '--:', '--:', '---']),
    ];
    for (const name of chosen) {
      // New buyers for each load: access tokens end before a long comparison does.
      const [before, after] = [await measurementOf(there, name, size), await measurementOf(here, name, size)];
      const [old, now]: [Figures[], Figures[]] = [[], []];
      for (let round = 0; round < rounds; round++) {
        say(`${name}, round ${round + 1} of ${rounds}`);
        // Each is first in every other round.
        if (round % 2 === 0) old.push(await before());
        now.push(await after());
        if (round % 2 === 1) old.push(await before());
      }
      const rates = ratioCells(
        old.map((each) => each.perSecond),
        now.map((each) => each.perSecond),
        0,
      );
      const times = ratioCells(
        old.map((each) => each.cpuMs),
        now.map((each) => each.cpuMs),
        2,
      );
      lines.push(cells([name, ...rates, ...times]));
    }
    return `${lines.join('\n')}\n`;
  } finally {
    await Promise.all([there.stop(), here.stop()]);
  }
}
