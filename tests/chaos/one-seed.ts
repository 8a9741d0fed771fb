import { setTimeout as pause } from 'node:timers/promises';
import { newId } from '@bramble/service-kit/base/ids';
import { type Random, seeded } from '@bramble/service-kit/base/random';
import { faults } from './faults';
import { checkIdempotency } from './idempotency';
import {
  allFinal,
  checkExactlyOnce,
  checkMoney,
  checkOrdersEnd,
  checkSold,
  differences,
  digest,
  type Finding,
  lastIds,
  notReadAgain,
  sampleStock,
  unfinished,
} from './invariants';
import { createLedger, type Ledger } from './ledger';
import type { ChaosOptions } from './options';
import { type People, preparePeople } from './people';
import type { SeedResult } from './report';
import type { Rig } from './rig';
import { runWorkload } from './workload';

/** After the last fault everything ends within this time. */
const REST_MS = 60_000;
/** Losing Redis is given longer: all events of the last day are published again. */
const BROKER_REST_MS = 120_000;
/** Within this time of Redis being back, every group reads again. */
const READ_AGAIN_MS = 10_000;
const POISON = 'an event that no schema accepts';

/** Every kind of fault that may happen. */
export const faultKinds = [...faults.map(({ name }) => name), POISON];

interface Run {
  rig: Rig;
  say: (line: string) => void;
  ledger: Ledger;
  people: People;
  random: Random;
  poison: string[];
  inflicted: Map<string, number>;
  readAgainSeconds: number;
  brokerViolations: string[];
}

const count = ({ inflicted }: Run, name: string) => void inflicted.set(name, (inflicted.get(name) ?? 0) + 1);
const lostRedis = ({ inflicted }: Run) =>
  [...inflicted].reduce((sum, [name, times]) => sum + (name.startsWith('Redis') ? times : 0), 0);

/** Entries that no schema accepts: the only ones that may become dead letters. */
async function poisonStreams(run: Run): Promise<void> {
  for (const stream of ['orders_stream', 'payments_stream']) {
    const id = newId();
    run.poison.push(id);
    const fields = {
      id,
      type: 'payment.captured',
      version: '1',
      occurredAt: new Date().toISOString(),
      key: id,
      correlationId: 'poison',
      traceparent: '',
      payload: '{"no":"payload"}',
    };
    await run.rig.eyes.redis.xadd(stream, '*', ...Object.entries(fields).flat());
    count(run, POISON);
  }
}

/** Redis is back: every group must be there and have read what was in its stream at this moment. */
async function awaitReading(run: Run, fault: string): Promise<void> {
  const { redis } = run.rig.eyes;
  const from = Date.now();
  const targets = await lastIds(redis);
  for (;;) {
    const missing = await notReadAgain(redis, targets).catch((error: unknown) => [String(error)]);
    const took = Date.now() - from;
    if (missing.length === 0) {
      run.readAgainSeconds = Math.max(run.readAgainSeconds, took / 1_000);
      return;
    }
    if (took > READ_AGAIN_MS) {
      run.brokerViolations.push(`${fault}: after ${READ_AGAIN_MS / 1_000} s ${missing.join('; ')}`);
      return;
    }
    await pause(100);
  }
}

async function inflictFaults(run: Run, until: number): Promise<void> {
  const { rig, random, say } = run;
  while (Date.now() < until) {
    await pause(random.between(500, 3_000));
    const fault = random.pick(faults);
    say(fault.name);
    await fault.inflict(rig, random, say);
    count(run, fault.name);
    if (fault.name.startsWith('Redis')) await awaitReading(run, fault.name);
  }
}

/** Waits until nothing is under way; answers the seconds it took, and what still was when time ran out. */
async function comeToRest(run: Run): Promise<{ seconds: number; left: string[] }> {
  const { rig, ledger } = run;
  const from = Date.now();
  const limit = lostRedis(run) > 0 ? BROKER_REST_MS : REST_MS;
  for (;;) {
    const left = [
      ...(await unfinished(rig.eyes)),
      ...(await checkOrdersEnd(rig.eyes, ledger)).violations,
      ...(await checkMoney(rig.eyes)).violations,
    ];
    const seconds = (Date.now() - from) / 1_000;
    if (left.length === 0 || seconds * 1_000 > limit) return { seconds, left };
    await pause(500);
  }
}

/** Samples promise 1 until it is stopped. */
async function sampleWhile(run: Run, signal: AbortSignal): Promise<{ samples: number; broken: string[] }> {
  const seen = { samples: 0, broken: [] as string[] };
  while (!signal.aborted) {
    const broken = await sampleStock(run.rig.eyes, run.ledger).catch(() => undefined);
    if (broken) {
      seen.samples += 1;
      seen.broken.push(...broken);
    }
    await pause(250);
  }
  return seen;
}

/** Shoppers and faults for a while, then rest, then a replay of everything; answers what each promise showed. */
export async function runSeed(
  rig: Rig,
  { seed, minutes, rate }: ChaosOptions,
  say: (line: string) => void,
): Promise<SeedResult> {
  const random = seeded(seed);
  const ledger = createLedger();
  const run: Run = {
    rig,
    say,
    ledger,
    random: random.fork('faults'),
    people: await preparePeople(rig.url, ledger, random.fork('people')),
    poison: [],
    inflicted: new Map(),
    readAgainSeconds: 0,
    brokerViolations: [],
  };
  const stop = new AbortController();
  const sampling = sampleWhile(run, stop.signal);
  const shoppers = runWorkload(
    { url: rig.url, ledger, random: random.fork('shoppers'), ...run.people, rate },
    stop.signal,
  );
  await poisonStreams(run);
  await inflictFaults(run, Date.now() + minutes * 60_000);
  stop.abort();
  const [, stock] = await Promise.all([shoppers, sampling]);
  say(`${ledger.orders.size} orders acknowledged; waiting for rest`);
  const rest = await comeToRest(run);

  // An order that waits for another card ends with its reservation; only then does no order change by itself.
  const patience = Date.now() + REST_MS;
  while (!(await allFinal(rig.eyes)) && Date.now() < patience) await pause(500);
  await comeToRest(run);
  const before = await digest(rig.eyes);
  await rig.publishEverythingAgain();
  const again = await comeToRest(run);
  const replayed = differences(before, await digest(rig.eyes));
  const thrown = await rig.thrownInHandlers();
  if (thrown > 0) run.inflicted.set('(claims that throwing handlers refused in PostgreSQL)', thrown);
  const findings: Finding[] = [
    await checkSold(rig.eyes, ledger, stock.samples, stock.broken),
    await checkMoney(rig.eyes),
    await checkOrdersEnd(rig.eyes, ledger),
    await checkExactlyOnce(rig.eyes, run.poison, [...replayed, ...again.left], before.size),
    { promise: '5 the broker may be lost', sampled: lostRedis(run), violations: run.brokerViolations },
    await checkIdempotency(rig.url, ledger, run.people),
  ];
  return {
    seed,
    acknowledged: ledger.orders.size,
    restSeconds: rest.seconds,
    readAgainSeconds: run.readAgainSeconds,
    faults: run.inflicted,
    answers: ledger.answers,
    findings,
    left: rest.left,
  };
}
