import { setTimeout as pause } from 'node:timers/promises';
import type { Random } from '@bramble/service-kit/base/random';
import type { Link } from './links';
import { clockOf, withClock } from './other-clock';
import type { Replica } from './replicas';
import type { Rig } from './rig';

type Say = (line: string) => void;

/** What a fault breaks. Two faults overlap only when they break different things. */
type Part = 'processes' | 'redis' | 'mongodb' | 'postgres' | 'links' | 'handlers' | 'provider' | 'network';

/** A fault that can be inflicted on a running shop. */
export interface Fault {
  name: string;
  breaks: Part;
  /** The least duration of a long fault in seconds. It is inflicted only when this much of the run is left. */
  takes?: number;
  /** True when Redis may lose data. */
  losesRedis?: boolean;
  /** Resolves when the fault is over; false when it broke nothing, and is not counted. */
  inflict: (rig: Rig, random: Random, say: Say) => Promise<boolean>;
}

const consumers: readonly string[] = ['catalog', 'orders', 'payments', 'delivery'];
const consuming = (rig: Rig) => rig.replicas.filter(({ service }) => consumers.includes(service));

const kills = (name: string, victims: (rig: Rig, random: Random) => readonly Replica[]): Fault => ({
  name,
  breaks: 'processes',
  async inflict(rig, random, say) {
    const chosen = victims(rig, random);
    say(`  ${chosen.map((replica) => replica.name).join(', ')}`);
    await Promise.all(chosen.map((replica) => replica.kill()));
    return chosen.length > 0;
  },
});

const throughProxies = (
  name: string,
  act: 'slow' | 'reset' | 'cut' | 'swallow',
  [least, most]: readonly [number, number],
  choose: (links: readonly Link[], random: Random) => readonly Link[],
): Fault => ({
  name,
  breaks: 'links',
  async inflict(rig, random, say) {
    const chosen = choose(rig.links, random).map(({ proxy }) => proxy);
    say(`  ${chosen.length === 1 ? chosen[0]?.name : `${chosen.length} links to one store`}`);
    const latency = random.between(100, 800);
    const seconds = random.between(least, most);
    try {
      await Promise.all(chosen.map((proxy) => (act === 'slow' ? proxy.slow(latency) : proxy[act]())));
      await pause(seconds * 1_000);
    } finally {
      await Promise.all(chosen.map((proxy) => proxy.heal()));
    }
    return chosen.length > 0;
  },
});
const aStore = (links: readonly Link[], random: Random) => {
  const { store } = random.pick(links);
  return links.filter((link) => link.store === store);
};
const oneReplicas = (links: readonly Link[], random: Random) => [random.pick(links)];

const otherClock = (name: string, seconds: number): Fault => ({
  name,
  breaks: 'processes',
  async inflict(rig, random, say) {
    const victim = random.pick(rig.replicas);
    say(`  ${victim.name}`);
    await victim.restartWith(withClock(seconds));
    try {
      const off = await clockOf(victim.opsPort);
      await pause(random.between(5, 10) * 1_000);
      return Math.abs(off - seconds) < 60;
    } finally {
      await victim.restartWith({});
    }
  },
});

const stops = (name: string, [least, most]: readonly [number, number]): Fault => ({
  name,
  breaks: 'processes',
  async inflict(rig, random, say) {
    const victim = random.pick(consuming(rig));
    say(`  ${victim.name}`);
    const resume = victim.pause();
    await pause(random.between(least, most) * 1_000);
    resume();
    return true;
  },
});

/** A fault of a store that always breaks something. */
const toStores = (
  name: string,
  breaks: Part,
  act: (stores: Rig['stores']) => Promise<unknown>,
  more: Pick<Fault, 'losesRedis'> = {},
): Fault => ({
  name,
  breaks,
  ...more,
  async inflict({ stores }) {
    await act(stores);
    return true;
  },
});

/** Every kind of fault under which the promises must hold. */
export const faults: readonly Fault[] = [
  kills('SIGKILL of one replica', (rig, random) => [random.pick(rig.replicas)]),
  kills('SIGKILL of both replicas of a service', (rig, random) => {
    const { service } = random.pick(rig.replicas);
    return rig.replicas.filter((replica) => replica.service === service);
  }),
  kills('SIGKILL of every consumer', consuming),
  stops('SIGSTOP of one replica for 2 to 12 s', [2, 12]),
  // Longer than the time after which other processes take over its entries and its lease.
  { ...stops('SIGSTOP of one replica for 45 s', [45, 45]), takes: 45 },
  {
    name: 'a service out of reach for 2 to 6 s',
    breaks: 'network',
    async inflict(rig, random, say) {
      const { service } = random.pick(rig.replicas);
      say(`  ${service}`);
      const heal = rig.cutService(service);
      await pause(random.between(2, 6) * 1_000);
      return heal() > 0;
    },
  },
  throughProxies('latency to a store', 'slow', [2, 6], aStore),
  throughProxies('resets from a store', 'reset', [1, 3], aStore),
  throughProxies('a store cut off', 'cut', [1, 5], aStore),
  throughProxies('a store cut off from one replica', 'cut', [3, 10], oneReplicas),
  throughProxies('a store silent to one replica', 'swallow', [5, 15], oneReplicas),
  {
    name: 'Redis killed, last 2 s of its log cut',
    breaks: 'redis',
    losesRedis: true,
    inflict: async (rig) => (await rig.stores.killRedisAndCutItsLog()) > 0,
  },
  toStores('Redis emptied', 'redis', (stores) => stores.emptyRedis(), { losesRedis: true }),
  {
    name: 'Redis full for 5 to 10 s',
    breaks: 'redis',
    inflict: (rig, random) => rig.stores.fillRedis(random.between(5, 10) * 1_000),
  },
  toStores('MongoDB killed and restarted', 'mongodb', (stores) => stores.killMongodb()),
  toStores('PostgreSQL restarted in order', 'postgres', (stores) => stores.restartPostgres()),
  {
    name: 'MongoDB stepped down for 5 s',
    breaks: 'mongodb',
    inflict: (rig) => rig.stores.stepDownMongodb(5),
  },
  toStores('PostgreSQL killed, with a recovery from its log', 'postgres', (stores) => stores.killPostgres()),
  {
    name: "disk of orders' and payments' tables full for 30 s (53100)",
    breaks: 'postgres',
    takes: 30,
    inflict: (rig) => rig.stores.fillDisk(30_000),
  },
  {
    name: 'provider down for 25 s, longer than a reservation',
    breaks: 'provider',
    takes: 25,
    inflict: async (rig) => (await rig.stores.providerDown(25_000)) > 0,
  },
  {
    name: 'provider answering late and twice for 15 s',
    breaks: 'provider',
    takes: 15,
    inflict: async (rig) => (await rig.stores.providerLate(15_000)) > 0,
  },
  {
    name: 'disk of MongoDB full for 30 s (14031)',
    breaks: 'mongodb',
    takes: 30,
    inflict: async (rig) => (await rig.stores.fillMongodb(30_000)) > 0,
  },
  otherClock('clock of one replica 10 minutes ahead', 600),
  otherClock('clock of one replica 10 minutes behind', -600),
  {
    name: 'throwing handlers (5 %)',
    breaks: 'handlers',
    async inflict(rig, random) {
      const before = await rig.throwing.refused();
      await rig.throwing.begin(0.05);
      try {
        await pause(random.between(4, 8) * 1_000);
      } finally {
        await rig.throwing.end();
      }
      return (await rig.throwing.refused()) > before;
    },
  },
];
