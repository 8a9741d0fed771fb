import { Redis } from 'ioredis';
import type { Service } from '../runtime/service';
import { watchStore } from './store';

export type { Redis };

const retryStrategy = (times: number) => Math.min(50 * 2 ** Math.min(times, 5), 1_000);

const common = (service: string) => ({
  lazyConnect: true,
  connectionName: `bramble-${service}`,
  connectTimeout: 3_000,
  keepAlive: 10_000,
  retryStrategy,
  enableOfflineQueue: false,
  autoResubscribe: true,
});

/** Connects, or lets the client retry by itself. */
const connect = async (client: Redis) => {
  if (client.status === 'wait' || client.status === 'end') await client.connect();
  await client.ping();
};

/**
 * A client for one of the two roles. While Redis is away commands fail at once and are not queued, so that callers
 * decide; the client reconnects by itself. Requests work without Redis, so it is no part of readiness. A program that needs
 * Redis sets `required`: then its start waits for Redis.
 */
export function openRedis(
  service: Service,
  { role, url, required = false }: { role: 'events' | 'cache'; url: string; required?: boolean },
): Redis {
  const client = new Redis(url, {
    ...common(service.name),
    maxRetriesPerRequest: 1,
    commandTimeout: 3_000,
    // A command without a reply fails alone; a connection without any reply for this long is replaced.
    socketTimeout: 4_000,
  });
  let lastLogged = 0;
  client.on('error', (error: Error) => {
    if (Date.now() - lastLogged < 10_000) return;
    lastLogged = Date.now();
    service.log.warn({ err: error, role }, 'Redis is away');
  });
  watchStore(service, `redis_${role}`, () => connect(client), { required });
  service.onStop(`redis_${role} client`, () => {
    client.disconnect();
    return Promise.resolve();
  });
  return client;
}

/**
 * A connection for one blocking reader, without a time limit on commands: the caller replaces it when no reply comes. A
 * blocked command is not sent again after a reconnect, since its promise would never settle. `service` is a name.
 */
export function blockingRedis(service: string, url: string): Redis {
  const client = new Redis(url, {
    ...common(service),
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
  });
  client.on('error', () => undefined);
  return client;
}

/** The URL of a client, for a second connection to the same server and database. */
export const redisUrlOf = (client: Redis): string => {
  const { host = '127.0.0.1', port = 6379, username, password, db = 0 } = client.options;
  const credentials = password
    ? `${username ? encodeURIComponent(username) : ''}:${encodeURIComponent(password)}@`
    : '';
  return `${client.options.tls ? 'rediss' : 'redis'}://${credentials}${host}:${port}/${db}`;
};
