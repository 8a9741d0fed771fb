import { LRUCache } from 'lru-cache';

/** The memory of an entry besides its bytes: about 200 bytes of objects; its key takes two bytes a character. */
const ENTRY_BYTES = 200;
/** The largest share of the cache that one entry may take. */
const LARGEST_SHARE = 1 / 8;

/** An LRU cache of at most `maxBytes`. */
export const createByteCache = <V extends { readonly bytes: Buffer }>(
  maxBytes: number,
): LRUCache<string, V> =>
  new LRUCache({
    maxSize: maxBytes,
    maxEntrySize: Math.floor(maxBytes * LARGEST_SHARE),
    sizeCalculation: ({ bytes }, key) => bytes.length + 2 * key.length + ENTRY_BYTES,
  });
