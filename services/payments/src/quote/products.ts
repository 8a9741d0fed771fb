import { catalogApi, type ProductSnapshot } from '@bramble/contracts/catalog';
import { batcher } from '@bramble/service-kit/base/batcher';
import type { Upstream } from '@bramble/service-kit/http/client';

/** What one look-up may ask for by its contract. */
const MOST_IDS = 500;

/**
 * Products from the catalogue, never from memory, so that prices are fresh: while one look-up is under way the next
 * one gathers, and hundreds of quotes a second share a few calls.
 */
export const productLookup = (catalog: Upstream) =>
  batcher<string, ProductSnapshot | undefined>({
    max: MOST_IDS,
    concurrency: 1,
    run: async (ids) => {
      const { items } = await catalog.call(catalogApi.lookup, { body: { ids: [...new Set(ids)] } });
      const known = new Map(items.map((item) => [item.id, item]));
      return ids.map((id) => known.get(id));
    },
  });
