import { createHash } from 'node:crypto';
import { encode } from '@bramble/contracts/call';
import { catalogApi } from '@bramble/contracts/catalog';
import { type Operation, templateOf } from '@bramble/contracts/operation';
import { createByteCache } from './byte-cache';
import type { Freshness } from './freshness';
import type { Counters } from './freshness.repository';
import type { RedisCapacity } from './redis-capacity';
import type { SharedCopies } from './shared-copies.repository';

/** A public answer: the bytes of its body and its ETag. */
export interface EncodedAnswer {
  readonly bytes: Buffer;
  readonly etag: string;
}
type CacheName = NonNullable<Operation['shared']>;
/** A cached answer of this process, with the time and counters at which it was read. */
export interface CachedAnswer extends EncodedAnswer {
  /** The path's template, for metrics. */
  readonly route: string;
  readonly readAt: number;
  readonly edits: number;
  readonly stock: number;
}
type CacheResult = 'hit' | 'miss' | 'stale' | 'error';

interface Dependencies {
  freshness: Freshness;
  copies: SharedCopies;
  capacity: RedisCapacity;
  count: (cache: CacheName, result: CacheResult) => void;
  now?: () => number;
}

const MAX_BYTES = 16_000_000;
/** The life of a cached answer that no change invalidates. */
const LIFE_MS = 30_000;
/**
 * The life of a cached list after stock changes, so that a busy shop does not read it again after each sale. Also the
 * life of every answer while announcements may be missed.
 */
const LAG_MS = 500;

const tagOf = (text: string) => `"${createHash('sha1').update(text).digest('base64url').slice(0, 16)}"`;

const productUrl = (id: string) => encode(catalogApi.get, { params: { id } }).path;

/** Caches public answers as bytes, in this process and in Redis. Simultaneous requests of one answer share one load. */
export function createAnswers({
  freshness,
  copies,
  capacity,
  count,
  now = () => performance.now(),
}: Dependencies) {
  /** By URL. */
  const lists = createByteCache<CachedAnswer>(MAX_BYTES / 2);
  const products = createByteCache<CachedAnswer>(MAX_BYTES / 2);
  const loading = new Map<string, Promise<EncodedAnswer>>();
  freshness.onDropped((ids) => {
    if (ids === 'all') products.clear();
    else for (const id of ids) products.delete(productUrl(id));
  });

  const lifeOf = () => (freshness.shared ? LIFE_MS : LAG_MS);
  const listHolds = (entry: CachedAnswer) => {
    const age = now() - entry.readAt;
    if (entry.edits !== freshness.edits) return false;
    return age < LAG_MS || (age < lifeOf() && entry.stock === freshness.stock);
  };
  const productHolds = (entry: CachedAnswer) => now() - entry.readAt < lifeOf();

  const readContext = () => ({ readAt: now(), edits: freshness.edits, stock: freshness.stock });

  function loadOnce(key: string, load: () => Promise<EncodedAnswer>): Promise<EncodedAnswer> {
    const current = loading.get(key);
    if (current) return current;
    const started = load().finally(() => {
      if (loading.get(key) === started) loading.delete(key);
    });
    loading.set(key, started);
    return started;
  }

  /** Reads through the cache in Redis. Any failure of Redis counts as a miss. */
  async function readThroughRedis(
    cache: CacheName,
    read: (counters: Counters) => Promise<string | null>,
    keep: (counters: Counters, text: string) => Promise<void>,
    load: () => Promise<string>,
  ): Promise<string> {
    const counters = freshness.shared;
    if (!counters || !capacity.open) {
      count(cache, 'miss');
      return load();
    }
    const kept = await read(counters).catch(() => {
      count(cache, 'error');
      return null;
    });
    if (kept !== null) {
      count(cache, 'stale');
      return kept;
    }
    count(cache, 'miss');
    const text = await load();
    keep(counters, text).catch(() => count(cache, 'error'));
    return text;
  }

  /** The cached answer of a URL while it is fresh. */
  function getFresh(url: string): CachedAnswer | undefined {
    const list = lists.get(url);
    const entry = list ?? products.get(url);
    if (!entry || !(list ? listHolds(entry) : productHolds(entry))) return undefined;
    count(list ? 'list' : 'product', 'hit');
    return entry;
  }

  /**
   * The answer of a list. `load` makes its JSON; simultaneous requests of one URL share a call. `rare`: strangers can ask
   * in any number of ways.
   */
  function list(
    operation: Operation,
    url: string,
    load: () => Promise<string>,
    { rare = false }: { rare?: boolean } = {},
  ): Promise<EncodedAnswer> {
    const at = readContext();
    return loadOnce(`list ${at.edits} ${at.stock} ${url}`, async () => {
      const hash = createHash('sha1').update(url).digest('base64url');
      const text = await readThroughRedis(
        'list',
        (counters) => copies.readList(counters, hash),
        (counters, fresh) => copies.keepList(counters, rare ? 'rare' : 'common', hash, fresh),
        load,
      );
      const answer = { bytes: Buffer.from(text), etag: tagOf(text) };
      lists.set(url, { ...answer, route: templateOf(operation.path), ...at });
      return answer;
    });
  }

  /** The answer of a product. `load` makes its ETag and its JSON. */
  function product(id: string, load: () => Promise<EncodedAnswer>): Promise<EncodedAnswer> {
    const at = readContext();
    return loadOnce(`product ${at.edits} ${at.stock} ${id}`, async () => {
      const text = await readThroughRedis(
        'product',
        () => copies.readProduct(id),
        (counters, fresh) => copies.keepProduct(counters, id, fresh),
        async () => {
          const { etag, bytes } = await load();
          return `${etag}\n${bytes.toString('utf8')}`;
        },
      );
      const end = text.indexOf('\n');
      const answer = { etag: text.slice(0, end), bytes: Buffer.from(text.slice(end + 1)) };
      // A change during the read may be missing in the answer, so it is not cached.
      if (at.edits === freshness.edits && at.stock === freshness.stock)
        products.set(productUrl(id), { ...answer, route: templateOf(catalogApi.get.path), ...at });
      return answer;
    });
  }

  return { getFresh, list, product };
}
export type Answers = ReturnType<typeof createAnswers>;
