import { setTimeout as pause } from 'node:timers/promises';
import type { Random } from '@bramble/service-kit/base/random';
import type { Rig } from './rig';

type Say = (line: string) => void;

/** One fault: how it is done, what it may be done to, and how it ends. Each counts only when it really happened. */
export interface Fault {
  name: string;
  inflict: (rig: Rig, random: Random, say: Say) => Promise<void>;
}

const services = ['users', 'catalog', 'orders', 'payments', 'delivery', 'gateway'] as const;
const consumers = ['catalog', 'orders', 'payments', 'delivery'] as const;

const throughProxy = (
  name: string,
  act: 'slow' | 'reset' | 'cut',
  seconds: readonly [number, number],
): Fault => ({
  name,
  async inflict(rig, random, say) {
    const proxy = random.pick(rig.proxies);
    say(`  ${proxy.name}`);
    await (act === 'slow' ? proxy.slow(random.between(100, 800)) : proxy[act]());
    try {
      await pause(random.between(seconds[0], seconds[1]) * 1_000);
    } finally {
      await proxy.heal();
    }
  },
});

/** Every kind of fault that the promises speak of. */
export const faults: readonly Fault[] = [
  { name: 'SIGKILL a service', inflict: (rig, random) => rig.killService(random.pick(services)) },
  { name: 'SIGKILL a consumer', inflict: (rig, random) => rig.killService(random.pick(consumers)) },
  {
    name: 'SIGKILL every consumer',
    inflict: async (rig) => void (await Promise.all(consumers.map((name) => rig.killService(name)))),
  },
  {
    name: 'SIGSTOP a consumer',
    async inflict(rig, random, say) {
      const victim = random.pick(consumers);
      say(`  ${victim}`);
      const resume = rig.stopService(victim);
      await pause(random.between(2, 12) * 1_000);
      resume();
    },
  },
  throughProxy('latency to a store', 'slow', [2, 6]),
  throughProxy('resets from a store', 'reset', [1, 3]),
  throughProxy('a store cut off', 'cut', [1, 5]),
  { name: 'Redis killed, last 2 s of its log cut', inflict: (rig) => rig.killRedisAndCutItsLog() },
  { name: 'Redis emptied', inflict: (rig) => rig.emptyRedis() },
  { name: 'MongoDB restarted', inflict: (rig) => rig.restartStore('mongodb') },
  { name: 'PostgreSQL restarted', inflict: (rig) => rig.restartStore('postgres') },
  {
    name: 'throwing handlers',
    async inflict(rig, random) {
      const heal = await rig.throwInHandlers(0.05);
      await pause(random.between(4, 8) * 1_000);
      await heal();
    },
  },
];
