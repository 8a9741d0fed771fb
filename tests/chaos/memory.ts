import { createCommand, numberOption, runCommand } from '@bramble/service-kit/base/command-line';
import { seeded } from '@bramble/service-kit/base/random';
import { createShopClient } from '@bramble/test-kit/shop-client';
import { residentMebibytes } from '../helpers/resident-memory';
import { buildBundles } from './build-bundles';
import { createLedger } from './ledger';
import { type People, preparePeople } from './people';
import { type Rig, startRig } from './rig';
import { runWorkload } from './workload';

interface MemoryOptions {
  minutes: number;
  rate: number;
  growth: number;
}

const DOES = `Starts every service twice and sends shoppers at half of what the shop can take, without faults. After a third of
the time, the warm-up, the resident memory of no process may grow by more than --growth percent until the end. The lowest
values of two windows are compared: the tenth of the time after the warm-up, and the last tenth.`;

const SAMPLE_MS = 5_000;
const MEASURE_MS = 10_000;
const CROWD = 32;
/** Shoppers sign up anew before their access tokens end. */
const ROUND_MS = 300_000;

const say = (line: string) =>
  process.stderr.write(`memory ${new Date().toISOString().slice(11, 19)} ${line}\n`);

/** Half of the orders that the shop acknowledges in a second when a crowd orders as fast as it can. */
async function halfLoad(rig: Rig, { tokens, productIds }: People): Promise<number> {
  const shop = createShopClient(rig.url);
  const until = performance.now() + MEASURE_MS;
  let placed = 0;
  const orderOn = async (token: string) => {
    while (performance.now() < until) {
      await shop.placeOrder(token, { items: [{ productId: productIds[placed % 10] ?? '', quantity: 1 }] });
      placed += 1;
    }
  };
  await Promise.all(Array.from({ length: CROWD }, (_, n) => orderOn(tokens[n % tokens.length] ?? '')));
  return placed / (MEASURE_MS / 1_000) / 2;
}

/** Runs shoppers for some time; each round signs up new people. */
async function shopFor(rig: Rig, rate: number, ms: number): Promise<number> {
  const random = seeded(1);
  const until = performance.now() + ms;
  let acknowledged = 0;
  for (let round = 0; performance.now() < until; round++) {
    const ledger = createLedger();
    const people = await preparePeople(rig.url, ledger, random.fork(`people ${round}`));
    const end = AbortSignal.timeout(Math.ceil(Math.max(0, Math.min(ROUND_MS, until - performance.now()))));
    await runWorkload({ url: rig.url, ledger, random: random.fork(`${round}`), people, rate }, end);
    acknowledged += ledger.orders.size;
  }
  return acknowledged;
}

interface Sample {
  /** The part of the time that had passed, between 0 and 1. */
  at: number;
  pid: number | undefined;
  megabytes: number;
}

/** One line for a process, and whether it grew by more than the percentage, or was another process at the end. */
function judge(name: string, samples: readonly Sample[], growth: number): { line: string; failed: boolean } {
  const lowest = (from: number, to: number) =>
    Math.min(...samples.filter(({ at }) => at >= from && at <= to).map(({ megabytes }) => megabytes));
  const [first, last] = [lowest(1 / 3, 1 / 3 + 0.1), lowest(0.9, 1)];
  const grown = 100 * (last / first - 1);
  const replaced = new Set(samples.map(({ pid }) => pid)).size > 1;
  // A process without a measurement fails too: a comparison with NaN or Infinity is false.
  const failed = !(grown <= growth) || replaced;
  const line = `  ${failed ? 'FAIL' : 'ok  '} ${name.padEnd(12)} ${first.toFixed(1).padStart(7)} MB after the warm-up, ${last.toFixed(1).padStart(7)} MB at the end: ${grown.toFixed(1)} %${replaced ? ', and died in between' : ''}`;
  return { line, failed };
}

async function main({ minutes, rate: wanted, growth }: MemoryOptions): Promise<void> {
  await buildBundles();
  const rig = await startRig({ log: say });
  try {
    const people = await preparePeople(rig.url, createLedger(), seeded(0));
    const rate = wanted > 0 ? wanted : await halfLoad(rig, people);
    const started = performance.now();
    const total = minutes * 60_000;
    const samples = new Map<string, Sample[]>(rig.replicas.map(({ name }) => [name, []]));
    const sample = () => {
      const at = (performance.now() - started) / total;
      for (const { name, pid: pidOf } of rig.replicas) {
        const pid = pidOf();
        samples.get(name)?.push({ at, pid, megabytes: pid === undefined ? NaN : residentMebibytes(pid) });
      }
    };
    say(`${rate.toFixed(1)} orders a second for ${minutes} minutes`);
    const timer = setInterval(sample, Math.min(SAMPLE_MS, total / 60));
    const acknowledged = await shopFor(rig, rate, total).finally(() => clearInterval(timer));
    const judged = rig.replicas.map(({ name }) => judge(name, samples.get(name) ?? [], growth));
    const failed = judged.filter((each) => each.failed).length;
    process.stdout.write(
      [
        `${acknowledged} orders at ${rate.toFixed(1)} a second in ${minutes} minutes; at most ${growth} % of growth after the warm-up`,
        ...judged.map(({ line }) => line),
        `${judged.length - failed} passed, ${failed} failed\n`,
      ].join('\n'),
    );
    process.exitCode = failed === 0 && acknowledged > 0 ? 0 : 1;
  } finally {
    await rig.stop({ keepData: false });
  }
}

const program = createCommand('npm run test:memory --', {
  does: DOES,
  example: 'npm run test:memory -- --minutes 30',
});
program
  .addOption(numberOption('--minutes <number>', 'how long shoppers come', { min: 1, max: 600, fallback: 30 }))
  .addOption(
    numberOption('--rate <number>', 'orders a second; 0 measures half of what the shop takes', {
      min: 0,
      max: 1_000,
      fallback: 0,
    }),
  )
  .addOption(
    numberOption('--growth <percent>', 'how much a process may grow', { min: 0, max: 100, fallback: 5 }),
  )
  .action(() => main(program.opts<MemoryOptions>()));
await runCommand(program);
