import type { IncomingHttpHeaders } from 'node:http';
import { LRUCache } from 'lru-cache';
import { encode } from '@bramble/contracts/call';
import { catalogApi } from '@bramble/contracts/catalog';
import type { Operation } from '@bramble/contracts/operation';

/** An answer that is the same for everybody. */
export interface PublicAnswer {
  status: number;
  headers: IncomingHttpHeaders;
  body: Buffer;
}
type Kind = NonNullable<Operation['shared']>;
export type CacheResult = 'hit' | 'miss' | 'stale' | 'error';

/** A request: the path with its query, how its answer is cached, and the path's template. */
export interface PublicRequest {
  url: string;
  kind: Kind;
  route: string;
}
export interface CachedAnswer extends PublicAnswer {
  kind: Kind;
  route: string;
  freshUntil: number;
  /** The response headers, built once for http and once for https. */
  written: { plain: Record<string, string>; secure: Record<string, string> };
  etag: string | undefined;
}

/** Answers may lag the stock by a second: half of it is spent in catalog, less than half here. */
const FRESH_MS = 400;
/** How long a stale answer may be sent while catalog is away or slow. */
const STALE_MS = 60_000;
const SLOW_MS = 800;
/**
 * Lists are invalidated this long after a product changed, so that a busy shop does not fetch them again after each
 * sale.
 */
const LISTS_LAG_MS = 50;
const MAX_BYTES = 32_000_000;
/** Answers of longer addresses are not cached, since hardly anybody requests the same one. */
const MAX_URL = 512;
/**
 * The memory of an entry besides its body and its key: objects and three copies of its headers (measured 1.2 to 2.1
 * kB).
 */
const ENTRY_BYTES = 2_000;

export type PublicAnswers = ReturnType<typeof createPublicAnswers>;

/**
 * Caches public answers of the catalogue as bytes for less than half a second. Simultaneous requests of one address
 * share one fetch. An answer that was fetched before a change is neither cached after that change nor sent to a request
 * that came after it. The cache is bounded by bytes; the least recently used entries are evicted first.
 */
export function createPublicAnswers({
  count,
  headersFor,
  maxBytes = MAX_BYTES,
  now = Date.now,
}: {
  count: (cache: Kind, result: CacheResult) => void;
  /** The headers of a catalog answer, as the gateway sends them. */
  headersFor: (answer: PublicAnswer, secure: boolean) => Record<string, string>;
  maxBytes?: number;
  now?: () => number;
}) {
  const cached = new LRUCache<string, CachedAnswer>({
    maxSize: maxBytes,
    sizeCalculation: ({ body }, url) => body.length + 2 * url.length + ENTRY_BYTES,
    ttl: FRESH_MS + STALE_MS,
    ttlResolution: 0,
    perf: { now },
  });
  let inFlight = new Map<string, Promise<PublicAnswer>>();
  let generation = 0;
  let dropping: NodeJS.Timeout | undefined;

  /** The cached answer of an address while it is fresh. */
  function getFresh(url: string): CachedAnswer | undefined {
    const entry = cached.get(url);
    return entry && entry.freshUntil > now() ? entry : undefined;
  }

  function keep({ url, kind, route }: PublicRequest, answer: PublicAnswer): void {
    cached.set(url, {
      ...answer,
      kind,
      route,
      freshUntil: now() + FRESH_MS,
      written: { plain: headersFor(answer, false), secure: headersFor(answer, true) },
      etag: answer.headers.etag,
    });
  }

  function start(request: PublicRequest, fetch: () => Promise<PublicAnswer>): Promise<PublicAnswer> {
    const { url } = request;
    const startedIn = generation;
    const fetching = fetch().then((answer) => {
      if (inFlight.get(url) === fetching) {
        inFlight.delete(url);
        if (answer.status === 200 && startedIn === generation) keep(request, answer);
      }
      return answer;
    });
    fetching.catch(() => {
      if (inFlight.get(url) === fetching) inFlight.delete(url);
    });
    inFlight.set(url, fetching);
    return fetching;
  }

  /**
   * The answer of an address. `fetch` is called unless a fetch of the same address is in flight. When the fetch fails
   * or is slow, a stale answer is sent.
   */
  async function get(request: PublicRequest, fetch: () => Promise<PublicAnswer>): Promise<PublicAnswer> {
    const { url, kind } = request;
    if (url.length > MAX_URL) return fetch();
    const current = inFlight.get(url);
    count(kind, current ? 'hit' : 'miss');
    const fetching = current ?? start(request, fetch);
    const stale = cached.get(url);
    if (!stale) return fetching;
    const staleAnswer = () => {
      count(kind, 'stale');
      return stale;
    };
    let timer: NodeJS.Timeout | undefined;
    const slow = new Promise<PublicAnswer>((resolve) => {
      timer = setTimeout(() => resolve(staleAnswer()), SLOW_MS);
    });
    const answer = fetching.then((fresh) => (fresh.status < 500 ? fresh : staleAnswer()), staleAnswer);
    return Promise.race([answer, slow]).finally(() => clearTimeout(timer));
  }

  /**
   * A request through this gateway changed the catalogue: removes all cached answers, and discards fetches in flight.
   */
  function clear(): void {
    generation += 1;
    cached.clear();
    inFlight = new Map();
  }

  /** Catalog published a change of this product: removes its answers at once, and lists a little later. */
  function changed(productId: string): void {
    const { path: url } = encode(catalogApi.get, { params: { id: productId } });
    cached.delete(url);
    inFlight.delete(url);
    dropping ??= setTimeout(() => {
      dropping = undefined;
      clear();
    }, LISTS_LAG_MS);
    dropping.unref();
  }

  return {
    getFresh,
    onHit: (entry: CachedAnswer): void => count(entry.kind, 'hit'),
    get,
    clear,
    changed,
    /** Removes entries that are too old to be sent even as stale answers. */
    dropExpired: (): void => void cached.purgeStale(),
    /** The number of cached bytes and entries. */
    size: (): { bytes: number; entries: number } => ({ bytes: cached.calculatedSize, entries: cached.size }),
  };
}
