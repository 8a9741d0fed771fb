import { catalogApi, type ProductSnapshot } from '@bramble/contracts/catalog';
import { batcher } from '@bramble/service-kit/base/batcher';
import type { Upstream } from '@bramble/service-kit/http/client';

/** The contract's limit of ids per look-up. */
const MAX_IDS = 500;

/**
 * Looks products up in the catalogue, never in a cache, so that prices are current. Look-ups that arrive during a call
 * are joined into the next one, so hundreds of quotes a second need few calls.
 */
export const productLookup = (catalog: Upstream) =>
  batcher<string, ProductSnapshot | undefined>({
    max: MAX_IDS,
    concurrency: 1,
    run: async (ids) => {
      const { items } = await catalog.call(catalogApi.lookup, { body: { ids: [...new Set(ids)] } });
      const known = new Map(items.map((item) => [item.id, item]));
      return ids.map((id) => known.get(id));
    },
  });
