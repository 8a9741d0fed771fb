import type { Stores } from '../../scripts/stores/open-stores';
import { type Proxy, startToxiproxy } from './toxiproxy';

type StoreName = 'postgres' | 'mongodb' | 'redis' | 'redis-cache';

/** The link of one replica to one store, through a proxy. */
export interface Link {
  readonly replica: string;
  readonly store: StoreName;
  readonly proxy: Proxy;
}

export interface Links {
  readonly all: readonly Link[];
  /** Opens a link to each store that the service of a replica uses; answers the replica's environment with their ports. */
  own(
    service: string,
    replica: string,
    env: Readonly<Record<string, string>>,
  ): Promise<Record<string, string>>;
  /** A second way to PostgreSQL, whose replies are late. */
  slowPostgres(latencyMs: number): Promise<{ urlOf(url: string): string; end(): Promise<void> }>;
  stop(): void;
}

const portOf = (url: string) => Number(new URL(url).port);
const withPort = (url: string, port: number) => {
  const changed = new URL(url);
  changed.port = String(port);
  return changed.toString();
};

const cached: readonly string[] = ['catalog', 'gateway'];
const isUsed = (service: string, variable: string) =>
  variable === 'REDIS_CACHE_URL'
    ? cached.includes(service)
    : variable === 'REDIS_EVENTS_URL' || variable.startsWith(`${service.toUpperCase()}_`);

/** toxiproxy between every replica and every store. */
export async function openLinks(stores: Stores): Promise<Links> {
  const toxiproxy = await startToxiproxy();
  const ports = new Map<number, StoreName>([
    [portOf(stores.postgresUrl), 'postgres'],
    [portOf(stores.mongodbUrl), 'mongodb'],
    [portOf(stores.redisUrl), 'redis'],
    [portOf(stores.redisCacheUrl), 'redis-cache'],
  ]);
  const isSet = !new URL(stores.mongodbUrl).searchParams.has('directConnection');
  const all: Link[] = [];
  async function own(
    service: string,
    replica: string,
    env: Readonly<Record<string, string>>,
  ): Promise<Record<string, string>> {
    const proxies = new Map<number, Proxy>();
    const changed: Record<string, string> = { ...env };
    for (const [name, url] of Object.entries(env)) {
      if (!/^(?:postgresql|mongodb|redis):/.test(url)) continue;
      // Every service has the addresses of all stores in its environment. A fault on an unused link would break nothing.
      if (!isUsed(service, name)) {
        Reflect.deleteProperty(changed, name);
        continue;
      }
      const port = portOf(url);
      const store = ports.get(port);
      if (!store) throw new Error(`${name} of ${replica} leads to no store of the rig`);
      // The members of a set tell clients their own addresses.
      if (store === 'mongodb' && isSet) continue;
      let proxy = proxies.get(port);
      if (!proxy) {
        proxy = await toxiproxy.proxy(`${replica} to ${store}`, port);
        proxies.set(port, proxy);
        all.push({ replica, store, proxy });
      }
      changed[name] = withPort(url, proxy.port);
    }
    return changed;
  }

  async function slowPostgres(latencyMs: number) {
    const proxy = await toxiproxy.proxy('slow postgres', portOf(stores.postgresUrl));
    await proxy.slow(latencyMs);
    return { urlOf: (url: string) => withPort(url, proxy.port), end: () => proxy.heal() };
  }

  return { all, own, slowPostgres, stop: () => toxiproxy.stop() };
}
