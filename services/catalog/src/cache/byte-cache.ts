import { LRUCache } from 'lru-cache';

/** An entry is more than its bytes: a key of two bytes a character, and about 200 bytes of objects. */
const ENTRY_BYTES = 200;
/** The largest share of the cache that one entry may take. */
const LARGEST_SHARE = 1 / 8;

/** A cache by key that takes at most `maxBytes`; the least recently used entries go first. */
export const createByteCache = <V extends { readonly bytes: Buffer }>(
  maxBytes: number,
): LRUCache<string, V> =>
  new LRUCache({
    maxSize: maxBytes,
    maxEntrySize: Math.floor(maxBytes * LARGEST_SHARE),
    sizeCalculation: ({ bytes }, key) => bytes.length + 2 * key.length + ENTRY_BYTES,
  });
