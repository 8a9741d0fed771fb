import type { IncomingHttpHeaders } from 'node:http';

/** An answer that is the same for everybody. */
export interface PublicAnswer {
  status: number;
  headers: IncomingHttpHeaders;
  body: Buffer;
}
type CacheName = 'product' | 'list';
export type CacheResult = 'hit' | 'miss' | 'stale' | 'error';
export interface Kept extends PublicAnswer {
  cache: CacheName;
  freshUntil: number;
  /** The response headers, made once, for http and for https. */
  written: { plain: Record<string, string>; secure: Record<string, string> };
  etag: string | undefined;
}

/** What the API shows may lag the stock by a second: half of it is spent in catalog, less than half here. */
const FRESH_MS = 400;
/** How old an answer may be that is shown because catalog is away or slow. */
const STALE_MS = 60_000;
const SLOW_MS = 800;
/** After this long lists are dropped when any product changed, so that a busy shop does not read them anew for each sale. */
const LISTS_LAG_MS = 50;
const MAX_BYTES = 32_000_000;
const MAX_URL = 512;

/** A product's id when the address is that of a single product. */
const idIn = (url: string) => /^\/api\/products\/([0-9a-f-]{36})$/i.exec(url)?.[1]?.toLowerCase();

/** Whether GET of this address answers everybody the same. */
export function isPublicAddress(url: string): boolean {
  if (url.length > MAX_URL) return false;
  if (url.startsWith('/api/products'))
    return (
      !/^\/api\/products\/(?:mine|my-home)/.test(url) &&
      (url.length === 13 || url[13] === '/' || url[13] === '?')
    );
  return url.startsWith('/api/pictures/') || /^\/api\/categories(?:\?|$)/.test(url);
}

export type PublicAnswers = ReturnType<typeof createPublicAnswers>;

/**
 * Public answers of the catalogue, kept as bytes for less than half a second. Each address is fetched once at a time.
 * What was fetched before a change is never kept after it, nor handed to who asks after it.
 */
export function createPublicAnswers({
  count,
  headersFor,
  now = Date.now,
}: {
  count: (cache: CacheName, result: CacheResult) => void;
  /** The headers that an answer of catalog gets at the edge. */
  headersFor: (answer: PublicAnswer, secure: boolean) => Record<string, string>;
  now?: () => number;
}) {
  const kept = new Map<string, Kept>();
  let flights = new Map<string, Promise<PublicAnswer>>();
  let generation = 0;
  let bytes = 0;
  let dropping: NodeJS.Timeout | undefined;

  const forget = (url: string) => {
    const entry = kept.get(url);
    if (!entry) return;
    kept.delete(url);
    bytes -= entry.body.length;
  };
  const keep = (url: string, answer: PublicAnswer) => {
    forget(url);
    kept.set(url, {
      ...answer,
      cache: idIn(url) === undefined ? 'list' : 'product',
      freshUntil: now() + FRESH_MS,
      written: { plain: headersFor(answer, false), secure: headersFor(answer, true) },
      etag: answer.headers.etag,
    });
    bytes += answer.body.length;
    for (const oldest of kept.keys()) {
      if (bytes <= MAX_BYTES) break;
      forget(oldest);
    }
  };
  const clear = () => {
    generation += 1;
    kept.clear();
    bytes = 0;
    flights = new Map();
  };

  return {
    /** What is fresh at hand. */
    peek: (url: string): Kept | undefined => {
      const entry = kept.get(url);
      return entry && entry.freshUntil > now() ? entry : undefined;
    },
    onHit: (entry: Kept): void => count(entry.cache, 'hit'),

    /** The answer for an address, by `fetch` unless somebody is fetching it already. */
    get: async (url: string, fetch: () => Promise<PublicAnswer>): Promise<PublicAnswer> => {
      const cache = idIn(url) === undefined ? 'list' : 'product';
      const under = flights.get(url);
      count(cache, under ? 'hit' : 'miss');
      const flight = under ?? start(url, fetch);
      const old = kept.get(url);
      if (!old || old.freshUntil + STALE_MS < now()) return flight;
      const instead = () => {
        count(cache, 'stale');
        return old;
      };
      let timer: NodeJS.Timeout | undefined;
      const slow = new Promise<PublicAnswer>((resolve) => {
        timer = setTimeout(() => resolve(instead()), SLOW_MS);
      });
      const answer = flight.then((fresh) => (fresh.status < 500 ? fresh : instead()), instead);
      return Promise.race([answer, slow]).finally(() => clearTimeout(timer));
    },

    /** Something of the catalogue was changed through this gateway: nothing from before is shown any more. */
    clear,

    /** Catalog says that this product changed: it is dropped at once, lists a little later. */
    changed: (productId: string): void => {
      const url = `/api/products/${productId}`;
      forget(url);
      flights.delete(url);
      dropping ??= setTimeout(() => {
        dropping = undefined;
        clear();
      }, LISTS_LAG_MS);
      dropping.unref();
    },
  };

  function start(url: string, fetch: () => Promise<PublicAnswer>): Promise<PublicAnswer> {
    const startedIn = generation;
    const flight = fetch().then((answer) => {
      if (flights.get(url) === flight) {
        flights.delete(url);
        if (answer.status === 200 && startedIn === generation) keep(url, answer);
      }
      return answer;
    });
    flight.catch(() => {
      if (flights.get(url) === flight) flights.delete(url);
    });
    flights.set(url, flight);
    return flight;
  }
}
