import { setTimeout as pause } from 'node:timers/promises';
import { count, type Inflicted, type InflictOptions } from './inflict';
import type { Replica } from './replicas';

export const DOSE_ORDERS = 1_000;
/** Orders per second: with this rate the orders last a little longer than the faults. */
export const DOSE_RATE = 8;
const DOSE_MS = 120_000;
const EVERY_MS = 3_000;
const SHARE = 0.05;

/**
 * The dose of promise 4: 5 % of all claims of events are refused throughout, and every 3 s some process of a service or
 * a store is killed or stopped, for 2 minutes.
 */
export async function inflictDose(
  { rig, random, trouble, say }: InflictOptions,
  seen: Inflicted,
): Promise<void> {
  const end = trouble.begin();
  const until = performance.now() + DOSE_MS;
  const lasting = new Set<Promise<void>>();
  const stopped = new Set<Replica>();

  const stop = async (victim: Replica): Promise<void> => {
    say(`SIGSTOP of ${victim.name}`);
    stopped.add(victim);
    const resume = victim.pause();
    await pause(random.between(1, 12) * 1_000);
    resume();
    stopped.delete(victim);
    count(seen, 'SIGSTOP of a process, for 1 to 12 s');
  };
  const kill = async (victim: Replica): Promise<void> => {
    say(`SIGKILL of ${victim.name}`);
    await victim.kill();
    count(seen, 'SIGKILL of a process');
  };
  const killStore = async (name: 'postgres' | 'mongodb' | 'redis'): Promise<void> => {
    say(`SIGKILL of ${name}`);
    if (name === 'postgres') await rig.stores.killPostgres();
    else if (name === 'mongodb') await rig.stores.killMongodb();
    else await rig.stores.killRedis();
    count(seen, `SIGKILL of ${name}`);
    if (name !== 'redis') return;
    seen.losses += 1;
    seen.lastLoss = performance.now();
  };
  const someProcess = (): Promise<void> => {
    const free = rig.replicas.filter((each) => each.pid() !== undefined && !stopped.has(each));
    const store = random.pick(['postgres', 'mongodb', 'redis'] as const);
    const victim = random.pick(free);
    const stops = random.chance(0.4);
    // Three of fifteen processes are stores.
    if (random.chance(0.2)) return killStore(store);
    return stops ? stop(victim) : kill(victim);
  };

  await rig.throwing.begin(SHARE);
  try {
    while (performance.now() < until) {
      const work: Promise<void> = someProcess()
        .catch((error: unknown) => void seen.failed.push(String(error)))
        .finally(() => lasting.delete(work));
      lasting.add(work);
      await pause(EVERY_MS);
    }
    await Promise.all(lasting);
  } finally {
    await rig.throwing.end();
    end();
  }
}
