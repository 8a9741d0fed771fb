import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { catalogApi } from '@bramble/contracts/catalog';
import { internalKey, text, url } from '@bramble/service-kit/base/config';
import { firstConnection } from './shared/first-connection';
import { job } from './shared/job';
import { jobClient } from './shared/job-client';
import { quantityFor, refillRules } from './shared/refill-rules';

/**
 * Refills products with low stock, one after the other, through catalog's own operation. The operation adds to the
 * stock in one transaction, so an order between reading and refilling only leaves the stock a little below the rule's
 * level.
 */
export const stockRefill = job({
  name: 'stock-refill',
  env: {
    CATALOG_URL: url(),
    INTERNAL_TOKEN_KEY: internalKey(),
    INTERNAL_JOB_KEY_CATALOG: internalKey(),
    RULES_FILE: text(),
  },
  tasks: () => ['refill'],
  async run(config, log) {
    const rules = refillRules.parse(JSON.parse(await readFile(config.RULES_FILE, 'utf8')));
    const call = jobClient({
      service: 'catalog',
      url: config.CATALOG_URL,
      keys: config,
      name: 'stock-refill',
      correlationId: `stock-refill:${randomUUID()}`,
    });
    const page = (cursor?: string) =>
      call(catalogApi.list, { query: { limit: 100, sort: 'newest', cursor } });
    let checked = 0;
    let refilled = 0;
    let units = 0;
    let next = await firstConnection('catalog', { seconds: config.CONNECT_SECONDS, log }, () => page());
    for (;;) {
      for (const product of next.items) {
        checked += 1;
        const quantity = quantityFor(rules, product);
        if (quantity === 0) continue;
        await call(catalogApi.refill, { params: { id: product.id }, body: { quantity } });
        refilled += 1;
        units += quantity;
      }
      if (next.nextCursor === null) break;
      next = await page(next.nextCursor);
    }
    return { rules: rules.length, products: checked, refilled, units };
  },
});
