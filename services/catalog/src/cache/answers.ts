import { createHash } from 'node:crypto';
import { ByteCache } from './byte-cache';
import type { Freshness } from './freshness';
import type { Counters, FreshnessRepository } from './freshness.repository';

/** A public answer as it goes over the wire. */
export interface Answer {
  readonly bytes: Buffer;
  readonly etag: string;
}
interface Entry extends Answer {
  readonly readAt: number;
  readonly edits: number;
  readonly stock: number;
}
type CacheName = 'product' | 'list';
type CacheResult = 'hit' | 'miss' | 'stale' | 'error';

interface Dependencies {
  freshness: Freshness;
  shared: FreshnessRepository;
  count: (cache: CacheName, result: CacheResult) => void;
  now?: () => number;
}

const MAX_BYTES = 16_000_000;
/** A copy that nothing has contradicted is kept this long. */
const LIFE_MS = 30_000;
const SHARED_SECONDS = 60;
/** A list outlives stock changes this long, so that a busy shop does not read it anew for each sale; also the life of any copy while announcements may be missed. */
const LAG_MS = 500;

const tagOf = (text: string) => `"${createHash('sha1').update(text).digest('base64url').slice(0, 16)}"`;

/** Public answers kept as bytes: in this process first, then in Redis, then from the store; each is loaded once at a time. */
export function createAnswers({ freshness, shared, count, now = () => performance.now() }: Dependencies) {
  const lists = new ByteCache<Entry>(MAX_BYTES / 2);
  const products = new ByteCache<Entry>(MAX_BYTES / 2);
  const loading = new Map<string, Promise<Answer>>();
  freshness.onDropped((ids) => {
    if (ids === 'all') products.clear();
    else for (const id of ids) products.delete(id);
  });

  const lifeOf = () => (freshness.shared ? LIFE_MS : LAG_MS);
  const listHolds = (entry: Entry) => {
    const age = now() - entry.readAt;
    if (entry.edits !== freshness.edits) return false;
    return age < LAG_MS || (age < lifeOf() && entry.stock === freshness.stock);
  };
  const productHolds = (entry: Entry) => now() - entry.readAt < lifeOf();

  const moment = () => ({ readAt: now(), edits: freshness.edits, stock: freshness.stock });

  function once(key: string, load: () => Promise<Answer>): Promise<Answer> {
    const under = loading.get(key);
    if (under) return under;
    const started = load().finally(() => {
      if (loading.get(key) === started) loading.delete(key);
    });
    loading.set(key, started);
    return started;
  }

  /** Redis only helps: whatever goes wrong with it, the store answers. */
  async function throughShared(
    cache: CacheName,
    read: (counters: Counters) => Promise<string | null>,
    keep: (counters: Counters, text: string) => Promise<void>,
    load: () => Promise<string>,
  ): Promise<string> {
    const counters = freshness.shared;
    if (!counters) {
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

  return {
    /** The copy of a list at hand, by its address, when it may still be shown. */
    peekList(url: string): Answer | undefined {
      const entry = lists.get(url);
      if (!entry || !listHolds(entry)) return undefined;
      count('list', 'hit');
      return entry;
    },

    peekProduct(id: string): Answer | undefined {
      const entry = products.get(id);
      if (!entry || !productHolds(entry)) return undefined;
      count('product', 'hit');
      return entry;
    },

    /** `load` gives the list's JSON. It is called once at a time for each address. */
    list(url: string, load: () => Promise<string>): Promise<Answer> {
      const at = moment();
      return once(`list ${at.edits} ${at.stock} ${url}`, async () => {
        const hash = createHash('sha1').update(url).digest('base64url');
        const text = await throughShared(
          'list',
          (counters) => shared.readList(counters, hash),
          (counters, fresh) => shared.keepList(counters, hash, fresh, SHARED_SECONDS),
          load,
        );
        const entry = { bytes: Buffer.from(text), etag: tagOf(text), ...at };
        lists.set(url, entry);
        return entry;
      });
    },

    /** `load` gives the product's ETag and its JSON. */
    product(id: string, load: () => Promise<Answer>): Promise<Answer> {
      const at = moment();
      return once(`product ${at.edits} ${at.stock} ${id}`, async () => {
        const text = await throughShared(
          'product',
          () => shared.readProduct(id),
          (counters, fresh) => shared.keepProduct(counters, id, fresh, SHARED_SECONDS),
          async () => {
            const { etag, bytes } = await load();
            return `${etag}\n${bytes.toString('utf8')}`;
          },
        );
        const end = text.indexOf('\n');
        const entry = { etag: text.slice(0, end), bytes: Buffer.from(text.slice(end + 1)), ...at };
        // What changed while it was read may be missing from it.
        if (at.edits === freshness.edits && at.stock === freshness.stock) products.set(id, entry);
        return entry;
      });
    },
  };
}
export type Answers = ReturnType<typeof createAnswers>;
