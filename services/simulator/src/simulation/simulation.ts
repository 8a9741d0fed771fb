import { setMaxListeners } from 'node:events';
import { CallError } from '@bramble/contracts/call-error';
import { seeded } from '@bramble/service-kit/base/random';
import { pause } from '@bramble/service-kit/runtime/clock';
import { createAccounts } from '../shopper/accounts';
import { createShopClient } from '../shopper/shop-client';
import { visit } from '../shopper/shopper';
import { createFigures } from './figures';

export interface SimulationOptions {
  url: string;
  /** Arriving shoppers per second, independent of the shop's response times: an open model. */
  rate: number;
  seed: number;
  accounts: number;
  /** The most simultaneous shoppers; further arrivals are turned away and counted. */
  atMost?: number;
}

/** A stream of arriving shoppers. `run` ends when `signal` aborts and the last shopper has left. */
export function createSimulation({ url, rate, seed, accounts, atMost = 2_000 }: SimulationOptions) {
  const figures = createFigures();
  const client = createShopClient(url, { onCall: figures.called });
  const people = createAccounts(client, { name: `simulated-${seed}` });
  const random = seeded(seed);
  const inShop = new Set<Promise<void>>();
  let arrived = 0;
  let turnedAway = 0;

  const arrive = (signal: AbortSignal) => {
    const own = random.fork(`shopper ${arrived++}`);
    if (inShop.size >= atMost) {
      turnedAway += 1;
      return;
    }
    const who = own.between(0, accounts - 1);
    const one = visit({ client, random: own, token: () => people.tokenOf(who), signal })
      .then(
        (outcome) => figures.ended(outcome),
        (error: unknown) =>
          figures.ended(error instanceof CallError && error.status < 500 ? 'refused' : 'broken off'),
      )
      .finally(() => inShop.delete(one));
    inShop.add(one);
  };

  async function run(signal: AbortSignal): Promise<void> {
    // Every shopper listens to the signal.
    setMaxListeners(0, signal);
    const startedAt = performance.now();
    for (let n = 1; !signal.aborted; n++) {
      arrive(signal);
      await pause(Math.max(0, startedAt + (n * 1_000) / rate - performance.now()), signal);
    }
    await Promise.all(inShop);
    await client.close();
  }

  return { figures, inShop: () => inShop.size, turnedAway: () => turnedAway, run };
}
