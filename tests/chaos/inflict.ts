import { setTimeout as pause } from 'node:timers/promises';
import type { Random } from '@bramble/service-kit/base/random';
import { type Fault, faults } from './faults';
import type { Rig } from './rig';
import { lastIds, notReadAgain } from './streams';
import type { Trouble } from './trouble';

/** Within this time of Redis being back, every group reads again. */
const READ_AGAIN_MS = 10_000;
/** How often the faults pause, so that some orders meet none. */
const QUIET_EVERY_MS = 30_000;
const QUIET_MS = 12_000;

/** The faults that were inflicted, and how consumers recovered from losses of Redis. */
export interface Inflicted {
  /** How often each fault happened. */
  readonly counts: Map<string, number>;
  /** How many faults began while another lasted. */
  overlaps: number;
  losses: number;
  /** `performance.now()` at the end of the last loss of Redis. */
  lastLoss: number | undefined;
  /** The longest time that consumers took until they read again after a loss of Redis. */
  readAgainSeconds: number;
  brokerViolations: string[];
  /** Faults that could not be done at all, and why. */
  failed: string[];
}

export interface InflictOptions {
  rig: Rig;
  random: Random;
  trouble: Trouble;
  /** Only faults whose name contains this text. */
  only: string;
  say: (line: string) => void;
}

export const nothingInflicted = (): Inflicted => ({
  counts: new Map(),
  overlaps: 0,
  losses: 0,
  lastLoss: undefined,
  readAgainSeconds: 0,
  brokerViolations: [],
  failed: [],
});

export const count = ({ counts }: Inflicted, name: string, times = 1) =>
  void counts.set(name, (counts.get(name) ?? 0) + times);

/** Waits until every group exists again and has read the entries that its stream has now. */
async function awaitReading({ clients: { redis } }: Rig): Promise<{ seconds: number; missing: string[] }> {
  const from = performance.now();
  const targets = await lastIds(redis);
  for (;;) {
    const missing = await notReadAgain(redis, targets).catch((error: unknown) => [String(error)]);
    const took = performance.now() - from;
    if (missing.length === 0 || took > READ_AGAIN_MS) return { seconds: took / 1_000, missing };
    await pause(100);
  }
}

/** Inflicts one fault after another until `until`, some while another lasts. A fault that broke nothing is not counted. */
export async function inflictFaults(
  { rig, random, trouble, only, say }: InflictOptions,
  seen: Inflicted,
  until: number,
): Promise<void> {
  const lasting = new Map<Fault, Promise<void>>();
  /** Faults that overlapped another one. The time limit for consumers to read again does not apply to them. */
  const overlapped = new Set<Fault>();

  const inflict = async (fault: Fault): Promise<void> => {
    const endTrouble = trouble.begin();
    try {
      if (!(await fault.inflict(rig, random, say))) {
        say(`${fault.name}: broke nothing, and is not counted`);
        return;
      }
      count(seen, fault.name);
      if (!fault.losesRedis) return;
      seen.losses += 1;
      seen.lastLoss = performance.now();
      const { seconds, missing } = await awaitReading(rig);
      if (overlapped.has(fault)) return;
      if (missing.length === 0) seen.readAgainSeconds = Math.max(seen.readAgainSeconds, seconds);
      else
        seen.brokerViolations.push(`${fault.name}: after ${READ_AGAIN_MS / 1_000} s ${missing.join('; ')}`);
    } catch (error) {
      seen.failed.push(`${fault.name}: ${error instanceof Error ? error.message : String(error)}`);
    } finally {
      endTrouble();
      lasting.delete(fault);
    }
  };

  const end = (which: (fault: Fault) => boolean) =>
    Promise.all([...lasting].map(([fault, ended]) => (which(fault) ? ended : undefined)));
  const chosen = faults.filter(({ name }) => name.includes(only));
  if (chosen.length === 0) throw new Error(`no fault is called "${only}"`);
  let remaining: Fault[] = [];
  /** The next fault: each comes once before any comes twice, and a long one only while enough of the run is left. */
  const draw = (): Fault | undefined => {
    const fits = ({ takes = 0 }: Fault) => performance.now() + takes * 1_000 < until;
    remaining = remaining.filter(fits);
    if (remaining.length === 0) remaining = chosen.filter(fits);
    // Every chosen fault takes longer than the rest of the run.
    if (remaining.length === 0) return undefined;
    const fault = random.pick(remaining);
    remaining = remaining.filter((each) => each !== fault);
    return fault;
  };
  let nextQuiet = performance.now() + QUIET_EVERY_MS;
  while (performance.now() < until) {
    if (performance.now() > nextQuiet) {
      await end(() => true);
      say('a time without faults');
      await pause(QUIET_MS);
      nextQuiet = performance.now() + QUIET_EVERY_MS;
    }
    const fault = draw();
    if (!fault) break;
    const overlaps = random.chance(0.6);
    await pause(overlaps ? random.between(100, 800) : random.between(500, 3_000));
    // Every fault that breaks another part may overlap a long one.
    await end(({ breaks, takes }) => breaks === fault.breaks || (!overlaps && takes === undefined));
    if (lasting.size > 0) {
      seen.overlaps += 1;
      for (const each of [...lasting.keys(), fault]) overlapped.add(each);
    } else overlapped.delete(fault);
    say(fault.name);
    lasting.set(fault, inflict(fault));
  }
  await end(() => true);
}
