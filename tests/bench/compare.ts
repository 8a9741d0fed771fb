import { existsSync } from 'node:fs';
import path from 'node:path';
import { UsageError } from '@bramble/service-kit/base/command-line';
import { median } from '../helpers/median';
import { startShop } from '../helpers/running-shop';
import { createShopClient } from '../helpers/shop-client';
import type { LoadPlan } from './load';
import { orderRequests, prepare, publicLoads } from './plans';
import { load } from './processes';

interface Comparison {
  /** The other clone, built or not. */
  folder: string;
  seconds: number;
  connections: number;
  rounds: number;
  /** Text in the names of the loads to run. */
  only: string;
  env: Record<string, string>;
  say: (line: string) => void;
}
interface Side {
  url: string;
  loads: { name: string; requests: LoadPlan['requests'] }[];
}

async function sideOf(url: string): Promise<Side> {
  const { tokens, productIds } = await prepare(createShopClient(url));
  const orders = { name: 'orders, two lines', requests: orderRequests(tokens, productIds) };
  return { url, loads: [...publicLoads(productIds), orders] };
}

/**
 * Runs the shop of `folder` and this one side by side and sends each load to one, then to the other, so that what else
 * the machine does meets both alike. Answers a table: the median of each, and the median of the rounds' ratios.
 */
export async function compare({
  folder,
  seconds,
  connections,
  rounds,
  only,
  env,
  say,
}: Comparison): Promise<string> {
  if (!existsSync(path.join(folder, 'scripts', 'start.mjs')))
    throw new UsageError('--against takes the folder of a clone of this repository');
  const there = await startShop({ env, folder });
  const here = await startShop({ env });
  try {
    const [before, after] = [await sideOf(there.url), await sideOf(here.url)];
    const lines = [
      '| what | there, per second | here, per second | ratio | lowest and highest |',
      '|---|--:|--:|--:|---|',
    ];
    for (const [at, { name }] of before.loads.entries()) {
      if (!name.includes(only)) continue;
      const run = async ({ url, loads }: Side) =>
        (await load({ url, seconds, connections, requests: loads[at]?.requests ?? [] })).perSecond;
      const figures: { old: number; own: number }[] = [];
      for (let round = 0; round < rounds; round++) {
        say(`${name}, round ${round + 1} of ${rounds}`);
        // Each is first in every other round.
        if (round % 2 === 0) figures.push({ old: await run(before), own: await run(after) });
        else figures.push({ own: await run(after), old: await run(before) });
      }
      const [old, own] = [median(figures.map((each) => each.old)), median(figures.map((each) => each.own))];
      const ratios = figures.map((each) => each.own / each.old);
      const range = `${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)}`;
      lines.push(
        `| ${name} | ${Math.round(old)} | ${Math.round(own)} | ${median(ratios).toFixed(2)} | ${range} |`,
      );
    }
    return `${lines.join('\n')}\n`;
  } finally {
    await Promise.all([there.stop(), here.stop()]);
  }
}
