import { setTimeout as pause } from 'node:timers/promises';
import { type Random, seeded } from '@bramble/service-kit/base/random';
import { waitFor } from '@bramble/test-kit/wait-for';
import { DOSE_ORDERS, DOSE_RATE, inflictDose } from './dose';
import { checkExactlyOnce, differences, digest } from './exactly-once';
import { faults } from './faults';
import type { Finding } from './finding';
import { checkGoodput } from './goodput';
import { checkIdempotency } from './idempotency';
import { count, type Inflicted, inflictFaults, nothingInflicted } from './inflict';
import { createLedger, type Ledger } from './ledger';
import { type Letters, openLetters } from './letters';
import { checkMoney } from './money';
import type { ChaosOptions } from './options';
import { orderRows } from './order-rows';
import { allFinal, checkOrdersEnd } from './orders';
import { type People, preparePeople } from './people';
import { addPoison, addUnknown, POISON, UNKNOWN } from './poison';
import type { SeedResult } from './report';
import { inflictRestore, RESTORE } from './restore';
import type { Rig } from './rig';
import { checkSold, sampleStock } from './stock';
import { unfinished } from './streams';
import { type Trouble, watchTrouble } from './trouble';
import { runWorkload } from './workload';

/** After the last fault everything ends within this time. */
const REST_MS = 60_000;
/** A loss of Redis is given longer: all events of the last day are published again. */
const BROKER_REST_MS = 120_000;
/** After the last fault every replica is ready within this time; breakers close within 35 s. */
const HEALTHY_MS = 60_000;
/** How long shoppers go on after the last fault, when its effects are over. */
const LAST_SHOPPING_MS = 6_000;
const LETTERS_MS = 30_000;

/** Every kind of fault that may happen. */
export const faultKinds = [...faults.map(({ name }) => name), RESTORE, POISON, UNKNOWN];

interface Run {
  rig: Rig;
  say: (line: string) => void;
  ledger: Ledger;
  people: People;
  letters: Letters;
  trouble: Trouble;
  random: Random;
  poison: string[];
  inflicted: Inflicted;
  /** `performance.now()` at the end of the last fault. */
  lastFault: number;
}

/** Adds poison and waits until it is among the dead letters. Time that runs out is a violation at the end. */
async function poisonStreams(run: Run): Promise<void> {
  const { rig, letters, poison, inflicted } = run;
  const ids = await addPoison(rig.clients);
  poison.push(...ids);
  count(inflicted, POISON, ids.length);
  count(inflicted, UNKNOWN, await addUnknown(rig.clients));
  const limit = performance.now() + LETTERS_MS;
  do {
    await letters.read().catch(() => undefined);
    if (letters.missing(ids).length === 0) return;
    await pause(300);
  } while (performance.now() < limit);
}

/** Waits until no work is in flight. Answers how long that took, and what was still in flight when the time was over. */
async function waitForRest(run: Run, since: number): Promise<{ seconds: number; left: string[] }> {
  const { rig, ledger, inflicted } = run;
  const limit = Math.max(since + REST_MS, (inflicted.lastLoss ?? -Infinity) + BROKER_REST_MS);
  for (;;) {
    const left = [
      ...(await unfinished(rig.clients)),
      ...(await checkOrdersEnd(rig.clients, ledger)).violations,
      ...(await checkMoney(rig.clients, ledger)).violations,
    ];
    if (left.length === 0 || performance.now() > limit)
      return { seconds: (performance.now() - since) / 1_000, left };
    await pause(500);
  }
}

interface Seen {
  samples: number;
  broken: string[];
}

/** Samples promise 1, the dead letters and the shop's health until `signal` aborts. */
async function sampleWhile({ rig, ledger, trouble, letters }: Run, signal: AbortSignal): Promise<Seen> {
  const seen: Seen = { samples: 0, broken: [] };
  const stock = async () => {
    if (ledger.restore.isRestoring()) return;
    const broken = await sampleStock(rig.clients, ledger).catch(() => undefined);
    // A restore replaces the data of one product after the other.
    if (!broken || ledger.restore.isRestoring()) return;
    seen.samples += 1;
    seen.broken.push(...broken);
  };
  const repeat = async (ms: number, sample: () => Promise<unknown>) => {
    while (!signal.aborted) {
      await sample();
      await pause(ms);
    }
  };
  await Promise.all([
    repeat(250, stock),
    repeat(500, async () => trouble.observe(await rig.isHealthy())),
    repeat(2_000, () => letters.read().catch(() => undefined)),
  ]);
  return seen;
}

/** Shoppers and faults for a while, and shoppers alone for a moment at the end. */
async function disturb(run: Run, { minutes, rate, dose, only }: ChaosOptions): Promise<Seen> {
  const { rig, ledger, people, random, say, trouble, inflicted } = run;
  const stop = new AbortController();
  const sampling = sampleWhile(run, stop.signal);
  const shoppers = runWorkload(
    {
      url: rig.url,
      ledger,
      random: random.fork('shoppers'),
      people,
      ...(dose === 'invariant-4' ? { rate: DOSE_RATE, atLeast: DOSE_ORDERS } : { rate }),
    },
    stop.signal,
  );
  try {
    const until = performance.now() + minutes * 60_000;
    await poisonStreams(run);
    const options = { rig, random: random.fork('faults'), trouble, only, say };
    if (dose === undefined) await inflictFaults(options, inflicted, until);
    else if (dose === 'restore') await inflictRestore({ ...options, people }, ledger, inflicted, minutes);
    else await inflictDose(options, inflicted);
    run.lastFault = performance.now();
    await waitFor(rig.isHealthy, { what: 'a healthy shop', timeout: HEALTHY_MS, interval: 200 });
    await poisonStreams(run);
    await waitFor(() => !trouble.within(performance.now(), performance.now()), {
      what: 'the end of the aftermath',
      timeout: HEALTHY_MS,
    });
    await pause(LAST_SHOPPING_MS);
  } finally {
    stop.abort();
  }
  const [stock] = await Promise.all([sampling, shoppers]);
  return stock;
}

/** Delivers every event again to consumers with empty inboxes; answers what this changed. */
async function replay(run: Run): Promise<{ changed: string[]; compared: number }> {
  const { rig, inflicted } = run;
  // An order that waits for another card ends with its reservation; only then does no order change by itself.
  const deadline = performance.now() + REST_MS;
  while (!(await allFinal(rig.clients)) && performance.now() < deadline) await pause(500);
  await waitForRest(run, performance.now());
  const before = await digest(rig.clients);
  await rig.replayEverything();
  inflicted.lastLoss = undefined;
  const again = await waitForRest(run, performance.now());
  return {
    changed: [...differences(before, await digest(rig.clients)), ...again.left],
    compared: before.size,
  };
}

/** Shoppers and faults for a while, then rest, then a replay of everything; answers what each promise showed. */
export async function runSeed(
  rig: Rig,
  options: ChaosOptions,
  say: (line: string) => void,
): Promise<SeedResult> {
  const random = seeded(options.seed);
  const ledger = createLedger();
  const people = await preparePeople(rig.url, ledger, random.fork('people'));
  const run: Run = {
    rig,
    say,
    ledger,
    random,
    people,
    letters: openLetters(rig.url, people),
    trouble: watchTrouble(),
    poison: [],
    inflicted: nothingInflicted(),
    lastFault: performance.now(),
  };
  const { letters, trouble, inflicted } = run;
  const stock = await disturb(run, options);
  say(`${ledger.orders.size} orders acknowledged; waiting for rest`);
  const rest = await waitForRest(run, run.lastFault);
  const replayed = await replay(run);
  await letters.read();
  const goodput = checkGoodput(await orderRows(rig.clients), ledger, people, trouble);
  const done = [...inflicted.counts.values()].reduce((sum, times) => sum + times, 0);
  const thrown = await rig.throwing.refused();
  if (thrown > 0) count(inflicted, '(claims that throwing handlers refused in PostgreSQL)', thrown);
  const findings: Finding[] = [
    ...goodput.findings,
    await checkSold(rig.clients, ledger, stock.samples, stock.broken),
    await checkMoney(rig.clients, ledger),
    await checkOrdersEnd(rig.clients, ledger),
    await checkExactlyOnce(rig.clients, letters, run.poison, replayed.changed, replayed.compared),
    {
      promise: '5 the broker may be lost',
      sampled: inflicted.losses,
      violations: inflicted.brokerViolations,
    },
    await checkIdempotency(rig.url, ledger, people),
    {
      promise: '(faults that could be done)',
      sampled: done,
      violations: inflicted.failed,
    },
  ];
  return {
    seed: options.seed,
    acknowledged: ledger.orders.size,
    restSeconds: rest.seconds,
    readAgainSeconds: inflicted.readAgainSeconds,
    faults: inflicted.counts,
    overlaps: inflicted.overlaps,
    answers: ledger.answers,
    ends: goodput.ends,
    findings,
    left: rest.left,
  };
}
