import type { Redis } from '@bramble/service-kit/stores/redis';
import { counterKeys, type Counters, productKey } from './freshness.repository';

/** `rare`: an answer to a question with free words or numbers, which strangers can ask in any number of ways. */
export type CopyKind = 'common' | 'rare';

interface Budget {
  /** The life of a copy. */
  seconds: number;
  /** The most bytes that are written within `seconds`; at most twice as many exist. */
  bytes: number;
}
const budgets: Record<CopyKind, Budget> = {
  common: { seconds: 60, bytes: 8_000_000 },
  rare: { seconds: 5, bytes: 1_000_000 },
};
/** What Redis takes for a key besides its name and value. */
const KEY_BYTES = 200;

const keepScript = `
if (redis.call('GET', KEYS[1]) or '0') ~= ARGV[1] or (redis.call('GET', KEYS[2]) or '0') ~= ARGV[2] then
  return
end
local written = tonumber(redis.call('GET', KEYS[4]) or '0') + tonumber(ARGV[5])
if written > tonumber(ARGV[6]) then return end
redis.call('SET', KEYS[4], string.format('%.0f', written), 'EX', ARGV[4])
redis.call('SET', KEYS[3], ARGV[3], 'EX', ARGV[4])`;

const listKey = ({ edits, stock }: Counters, hash: string) => `catalog:list:${edits}.${stock}:${hash}`;
/** The counter of the bytes that were written in this window. */
const writtenKey = (kind: CopyKind) =>
  `catalog:written:${kind}:${Math.floor(Date.now() / 1000 / budgets[kind].seconds)}`;

/**
 * The copies of public answers in Redis, for all catalog processes. The bytes of all copies are bounded, since strangers
 * decide how many different answers there are.
 */
export function createSharedCopies(redis: Redis) {
  async function keep({ edits, stock }: Counters, kind: CopyKind, key: string, text: string): Promise<void> {
    const { seconds, bytes } = budgets[kind];
    const size = Buffer.byteLength(text) + key.length + KEY_BYTES;
    const keys = [...counterKeys, key, writtenKey(kind)];
    await redis.eval(
      keepScript,
      keys.length,
      ...keys,
      String(edits),
      String(stock),
      text,
      seconds,
      size,
      bytes,
    );
  }

  return {
    readProduct: (id: string): Promise<string | null> => redis.get(productKey(id)),
    readList: (counters: Counters, hash: string): Promise<string | null> =>
      redis.get(listKey(counters, hash)),

    /** Stores an answer that was read while `counters` held, unless a change came since or the budget is used up. */
    keepProduct: (counters: Counters, id: string, text: string) =>
      keep(counters, 'common', productKey(id), text),
    keepList: (counters: Counters, kind: CopyKind, hash: string, text: string) =>
      keep(counters, kind, listKey(counters, hash), text),
  };
}
export type SharedCopies = ReturnType<typeof createSharedCopies>;
