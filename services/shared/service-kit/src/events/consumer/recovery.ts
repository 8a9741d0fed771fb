import type { Redis } from 'ioredis';
import type { Logger } from '../../observe/logger';
import { autoclaim, forgetGoneConsumers, resetIdleTime } from './group';
import type { Intake } from './intake';
import type { Meters } from './meters';
import type { Reader } from './reader';
import type { Runner } from './runner';

/**
 * Runs this consumer's pending entries: after a broken connection, and after a start, when an earlier process of its name
 * may have ended because of one of these events.
 */
export async function recoverPending(
  reader: Reader,
  intake: Intake,
  { afterStart }: { afterStart: boolean },
): Promise<void> {
  const after = new Map<string, string>();
  for (;;) {
    const reply = await reader.readPending(after);
    let found = 0;
    for (const [stream, entries] of reply) {
      const last = entries.at(-1);
      if (!last) continue;
      found += entries.length;
      after.set(stream, last[0]);
    }
    if (found === 0 || !(await intake.run(reply, afterStart ? 'alone' : 'again'))) return;
  }
}

export interface TakeoverOptions {
  redis: Redis;
  group: string;
  /** This process's name within the group. */
  consumer: string;
  sources: ReadonlyMap<string, string>;
  runner: Runner;
  intake: Intake;
  meters: Meters;
  log: Logger;
}

/**
 * Resets the idle time of the entries held back here, then takes over and runs entries that other consumers left pending.
 * True: Redis gave this consumer entries without naming them, so that its pending list has to be read.
 */
export async function takeOverAbandoned(options: TakeoverOptions): Promise<boolean> {
  const { redis, group, consumer, sources, runner, intake, meters, log } = options;
  let unnamed = false;
  for (const [stream, origin] of sources) {
    await forgetGoneConsumers(redis, stream, group, consumer);
    const held = runner.heldEntries().filter((entry) => entry.stream === stream);
    const ids = held.map((entry) => entry.id);
    await resetIdleTime(redis, stream, group, consumer, ids);
    const found = await autoclaim(redis, stream, group, consumer);
    unnamed ||= found.unnamed;
    if (found.lost > 0) {
      meters.lostEntries(origin, found.lost);
      log.error({ stream, lost: found.lost }, 'pending entries were gone from the stream');
    }
    if (found.entries.length === 0) continue;
    meters.claimedEntries(origin, found.entries.length);
    if (!(await intake.run([[stream, found.entries]], 'alone'))) break;
  }
  return unnamed;
}
