import { setTimeout as pause } from 'node:timers/promises';
import type { Random } from '@bramble/service-kit/base/random';
import { type Fault, faults } from './faults';
import type { Rig } from './rig';
import { lastIds, notReadAgain } from './streams';
import type { Trouble } from './trouble';

/** Within this time of Redis being back, every group reads again. */
const READ_AGAIN_MS = 10_000;
/** So often the shop is left in peace, so that some orders meet no fault. */
const PEACE_EVERY_MS = 30_000;
const PEACE_MS = 12_000;

/** What was done to the shop, and what was seen of Redis' losses. */
export interface Inflicted {
  /** How often each fault happened. */
  readonly counts: Map<string, number>;
  /** How many faults began while another lasted. */
  overlaps: number;
  losses: number;
  /** `performance.now()` at the end of the last loss of Redis. */
  lastLoss: number | undefined;
  /** The longest that consumers took to read again after Redis came back. */
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

/** Redis is back: every group must be there and have read what was in its stream at this moment. */
async function awaitReading({ eyes: { redis } }: Rig): Promise<{ seconds: number; missing: string[] }> {
  const from = performance.now();
  const targets = await lastIds(redis);
  for (;;) {
    const missing = await notReadAgain(redis, targets).catch((error: unknown) => [String(error)]);
    const took = performance.now() - from;
    if (missing.length === 0 || took > READ_AGAIN_MS) return { seconds: took / 1_000, missing };
    await pause(100);
  }
}

/** Does one fault after another until `until`, some while another lasts; each says itself whether it broke anything. */
export async function inflictFaults(
  { rig, random, trouble, only, say }: InflictOptions,
  seen: Inflicted,
  until: number,
): Promise<void> {
  const lasting = new Map<Fault, Promise<void>>();
  /** Faults that met another one, of which consumers need not recover within the time that a single one is given. */
  const mixed = new Set<Fault>();

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
      if (mixed.has(fault)) return;
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
  let deck: Fault[] = [];
  /** Each fault once before any comes twice; one that takes long only while enough of the run is left. */
  const draw = (): Fault | undefined => {
    const fits = ({ takes = 0 }: Fault) => performance.now() + takes * 1_000 < until;
    deck = deck.filter(fits);
    if (deck.length === 0) deck = chosen.filter(fits);
    // Only such were chosen that need more than what is left.
    if (deck.length === 0) return undefined;
    const fault = random.pick(deck);
    deck = deck.filter((each) => each !== fault);
    return fault;
  };
  let peace = performance.now() + PEACE_EVERY_MS;
  while (performance.now() < until) {
    if (performance.now() > peace) {
      await end(() => true);
      say('a time without faults');
      await pause(PEACE_MS);
      peace = performance.now() + PEACE_EVERY_MS;
    }
    const fault = draw();
    if (!fault) break;
    const overlaps = random.chance(0.6);
    await pause(overlaps ? random.between(100, 800) : random.between(500, 3_000));
    // One that takes long is overlapped by all that break something else.
    await end(({ breaks, takes }) => breaks === fault.breaks || (!overlaps && takes === undefined));
    if (lasting.size > 0) {
      seen.overlaps += 1;
      for (const each of [...lasting.keys(), fault]) mixed.add(each);
    } else mixed.delete(fault);
    say(fault.name);
    lasting.set(fault, inflict(fault));
  }
  await end(() => true);
}
