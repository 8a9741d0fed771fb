import type { Redis } from '@bramble/service-kit/stores/redis';

/**
 * Counters of changes, by kind. They only rise while Redis keeps its data; after a loss they start from its clock,
 * which is higher.
 */
export interface Counters {
  edits: number;
  stock: number;
}
export type ChangeKind = keyof Counters;
export interface Change extends Counters {
  kind: ChangeKind;
  ids: string[];
}

const EDITS = 'catalog:count:edits';
const STOCK = 'catalog:count:stock';
/** The channel with the id of each changed product, for caches of other services (the gateway). */
const CHANGED_CHANNEL = 'catalog:changed';
/** The channel with the counters and all ids of a change, for the other replicas of this service. */
const COUNTERS_CHANNEL = 'catalog:counters';
const COUNTER_SECONDS = 86_400;

/** The counters' keys: edits, then stock. */
export const counterKeys = [EDITS, STOCK] as const;

export const productKey = (id: string) => `catalog:product:${id}`;

const changeScript = `
local count = redis.call('EXISTS', KEYS[1]) == 1 and redis.call('INCR', KEYS[1])
if not count then
  count = tonumber(redis.call('TIME')[1]) * 1000
  redis.call('SET', KEYS[1], string.format('%.0f', count))
end
redis.call('EXPIRE', KEYS[1], ARGV[1])
local ids = cjson.decode(ARGV[3])
for _, id in ipairs(ids) do
  redis.call('DEL', 'catalog:product:' .. id)
  redis.call('PUBLISH', '${CHANGED_CHANNEL}', id)
end
local edits = tonumber(redis.call('GET', '${EDITS}') or '0')
local stock = tonumber(redis.call('GET', '${STOCK}') or '0')
redis.call('PUBLISH', '${COUNTERS_CHANNEL}', cjson.encode({kind = ARGV[2], ids = ids,
  edits = string.format('%.0f', edits), stock = string.format('%.0f', stock)}))
return count`;

/** The counters of changes in Redis, and the announcements of changes. Every key expires. */
export function createFreshnessRepository(redis: Redis) {
  const subscriber = redis.duplicate();
  subscriber.on('error', () => undefined);
  let subscribed = false;

  /** Counts a change, deletes the cached answers of these products and announces the change. */
  async function announce(kind: ChangeKind, ids: readonly string[]): Promise<void> {
    const key = kind === 'edits' ? EDITS : STOCK;
    await redis.eval(changeScript, 1, key, COUNTER_SECONDS, kind, JSON.stringify(ids));
  }

  async function counters(): Promise<Counters> {
    const [edits, stock] = await redis.mget(EDITS, STOCK);
    return { edits: Number(edits ?? 0), stock: Number(stock ?? 0) };
  }

  /** Calls `onChange` for each announcement, and `onLost` when announcements may have been missed. */
  function listen(onChange: (change: Change) => void, onLost: () => void): void {
    subscriber.on('message', (_channel: string, message: string) => onChange(parseChange(message)));
    subscriber.on('close', onLost);
  }

  /**
   * Subscribes to the announcements; throws while Redis is away. The client subscribes again by itself after a
   * reconnect.
   */
  async function subscribe(): Promise<void> {
    if (subscribed) return;
    if (subscriber.status === 'wait' || subscriber.status === 'end') await subscriber.connect();
    await subscriber.subscribe(COUNTERS_CHANNEL);
    subscribed = true;
  }

  function close(): void {
    subscriber.disconnect();
  }

  return { announce, counters, listen, subscribe, close };
}
export type FreshnessRepository = ReturnType<typeof createFreshnessRepository>;

function parseChange(message: string): Change {
  const { kind, ids, edits, stock } = JSON.parse(message) as {
    kind: ChangeKind;
    ids: string[];
    edits: string;
    stock: string;
  };
  return { kind, ids, edits: Number(edits), stock: Number(stock) };
}
