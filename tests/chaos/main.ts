import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { newId } from '@bramble/service-kit/ids';
import { seeded, type Random } from '@bramble/service-kit/random';
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
  groupsExist,
  sampleStock,
  unfinished,
  type Finding,
} from './invariants';
import { createLedger, type Ledger } from './ledger';
import { preparePeople, type People } from './people';
import { startRig, type Rig } from './rig';
import { runWorkload } from './workload';

const help = `npm run test:chaos -- [options]

Starts every service and store as processes of their own, sends shoppers, inflicts faults, and proves the promises
of the order flow from the stores and from a ledger of its own.

  --seed N       the first seed (default 1); a seed repeats the same shoppers and the same faults
  --seeds N      how many seeds one after the other (default 1)
  --minutes M    how long faults go on for each seed (default 1)
  --rate R       orders arriving per second (default 6)
`;

/** After the last fault everything ends within this time. */
const REST_MS = 60_000;
/** Emptying Redis is given longer: all events of the last day are published again. */
const BROKER_REST_MS = 120_000;

const say = (line: string) => process.stderr.write(`chaos: ${line}\n`);

function options() {
  const { values } = parseArgs({
    options: {
      seed: { type: 'string', default: '1' },
      seeds: { type: 'string', default: '1' },
      minutes: { type: 'string', default: '1' },
      rate: { type: 'string', default: '6' },
      help: { type: 'boolean' },
    },
  });
  if (values.help) {
    process.stdout.write(help);
    process.exit(0);
  }
  const number = (name: 'seed' | 'seeds' | 'minutes' | 'rate', low: number, high: number) => {
    const value = Number(values[name]);
    if (value >= low && value <= high) return value;
    throw new Error(`--${name} takes ${low} to ${high}`);
  };
  return {
    seed: number('seed', 0, 2 ** 31),
    seeds: number('seeds', 1, 1_000),
    minutes: number('minutes', 0.1, 60),
    rate: number('rate', 0.5, 100),
  };
}

interface Run {
  rig: Rig;
  ledger: Ledger;
  people: People;
  random: Random;
  poison: string[];
  inflicted: Map<string, number>;
}

/** Entries that no schema accepts: what dead letters are for, and the only ones that may become some. */
async function poisonStreams({ rig, poison }: Run): Promise<void> {
  for (const stream of ['orders_stream', 'payments_stream']) {
    const id = newId();
    poison.push(id);
    await rig.eyes.redis.xadd(
      stream,
      '*',
      'id',
      id,
      'type',
      'payment.captured',
      'version',
      '1',
      'occurredAt',
      new Date().toISOString(),
      'key',
      id,
      'correlationId',
      'poison',
      'traceparent',
      '',
      'payload',
      '{"no":"payload"}',
    );
  }
}

async function inflictFaults(run: Run, until: number): Promise<void> {
  const { rig, random, inflicted } = run;
  while (Date.now() < until) {
    await pause(random.between(500, 3_000));
    const fault = random.pick(faults);
    say(`${fault.name}`);
    await fault.inflict(rig, random);
    inflicted.set(fault.name, (inflicted.get(fault.name) ?? 0) + 1);
    if (fault.name === 'Redis emptied') {
      const from = Date.now();
      while (!(await groupsExist(rig.eyes.redis).catch(() => false)) && Date.now() - from < 10_000)
        await pause(100);
      if (Date.now() - from >= 10_000)
        rig.violations.push('consumers did not read again within 10 s of FLUSHALL');
    }
  }
}

/** Waits until nothing is under way; answers the seconds it took, and what still was when time ran out. */
async function comeToRest(run: Run): Promise<{ seconds: number; left: string[] }> {
  const { rig, ledger, inflicted } = run;
  const from = Date.now();
  const limit = [...inflicted.keys()].some((name) => name.startsWith('Redis')) ? BROKER_REST_MS : REST_MS;
  for (;;) {
    const left = [...(await unfinished(rig.eyes)), ...(await checkOrdersEnd(rig.eyes, ledger)).violations];
    const seconds = (Date.now() - from) / 1_000;
    if (left.length === 0 || seconds * 1_000 > limit) return { seconds, left };
    await pause(500);
  }
}

async function oneSeed(rig: Rig, seed: number, minutes: number, rate: number): Promise<boolean> {
  const random = seeded(seed);
  const ledger = createLedger();
  const run: Run = {
    rig,
    ledger,
    random: random.fork('faults'),
    people: await preparePeople(rig.url, ledger, random.fork('people')),
    poison: [],
    inflicted: new Map(),
  };
  const samples = { count: 0, faults: [] as string[] };
  const stop = new AbortController();
  const sampling = (async () => {
    while (!stop.signal.aborted) {
      const faultsFound = await sampleStock(rig.eyes, ledger).catch(() => undefined);
      if (faultsFound) {
        samples.count += 1;
        samples.faults.push(...faultsFound);
      }
      await pause(250);
    }
  })();
  const shoppers = runWorkload(
    { url: rig.url, ledger, random: random.fork('shoppers'), ...run.people, rate },
    stop.signal,
  );
  await poisonStreams(run);
  await inflictFaults(run, Date.now() + minutes * 60_000);
  stop.abort();
  await Promise.all([shoppers, sampling]);
  say(`${ledger.orders.size} orders acknowledged; waiting for rest`);
  const rest = await comeToRest(run);

  // What waits for a person runs out with its reservation; only then is there nothing that moves by itself.
  const patience = Date.now() + REST_MS;
  while (!(await allFinal(rig.eyes)) && Date.now() < patience) await pause(500);
  await comeToRest(run);
  const before = await digest(rig.eyes);
  await rig.publishEverythingAgain();
  const again = await comeToRest(run);
  const replayed = differences(before, await digest(rig.eyes));
  const findings: Finding[] = [
    await checkSold(rig.eyes, ledger, samples.count, samples.faults),
    await checkMoney(rig.eyes),
    await checkOrdersEnd(rig.eyes, ledger),
    await checkExactlyOnce(rig.eyes, rig.poison(run.poison), [...replayed, ...again.left]),
    {
      promise: '5 the broker may be lost',
      sampled: [...run.inflicted]
        .filter(([name]) => name.startsWith('Redis'))
        .reduce((sum, [, count]) => sum + count, 0),
      violations: rig.takeViolations(),
    },
    await checkIdempotency(rig.url, ledger, run.people),
  ];
  print(seed, run, rest, findings);
  return rest.left.length === 0 && findings.every(({ violations }) => violations.length === 0);
}

function print(
  seed: number,
  { ledger, inflicted }: Run,
  rest: { seconds: number; left: string[] },
  findings: readonly Finding[],
): void {
  const lines = [
    `seed ${seed}: ${ledger.orders.size} orders acknowledged, at rest ${rest.seconds.toFixed(1)} s after the last fault`,
    `  faults   ${[...inflicted].map(([name, count]) => `${name} ×${count}`).join(', ')}`,
    `  answers  ${[...ledger.answers]
      .sort()
      .map(([answer, count]) => `${answer} ×${count}`)
      .join(', ')}`,
    ...findings.map(
      ({ promise, sampled, violations }) =>
        `  ${violations.length === 0 ? 'ok  ' : 'FAIL'} ${promise}: ${sampled} sampled, ${violations.length} violations${violations
          .slice(0, 5)
          .map((text) => `\n         ${text}`)
          .join('')}`,
    ),
    ...rest.left.slice(0, 5).map((text) => `  FAIL not at rest: ${text}`),
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}

async function main(): Promise<void> {
  const { seed, seeds, minutes, rate } = options();
  const rig = await startRig(say);
  let passed = 0;
  try {
    for (let n = 0; n < seeds; n++) if (await oneSeed(rig, seed + n, minutes, rate)) passed += 1;
  } finally {
    await rig.stop();
  }
  process.stdout.write(`${passed} passed, ${seeds - passed} failed\n`);
  process.exitCode = passed === seeds ? 0 : 1;
}

main().catch((error: unknown) => {
  say(error instanceof Error ? (error.stack ?? error.message) : String(error));
  process.exit(1);
});
