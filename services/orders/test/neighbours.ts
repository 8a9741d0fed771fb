/* eslint-disable no-restricted-imports -- the one place where tests of orders start the real services it calls */
import { buildCatalog } from '@bramble/catalog/app';
import { loadCatalogConfig } from '@bramble/catalog/config';
import { buildDelivery } from '@bramble/delivery/app';
import { loadDeliveryConfig } from '@bramble/delivery/config';
import { buildPayments } from '@bramble/payments/app';
import { loadPaymentsConfig } from '@bramble/payments/config';
import { testEnv } from '@bramble/test-kit/env';
import { startService } from '@bramble/test-kit/start-service';
import type { TestStores } from '@bramble/test-kit/stores';

/** The real catalogue. `events` is the Redis in which it follows orders. */
export const startCatalog = (stores: TestStores, events: string, demo: boolean) =>
  startService(
    buildCatalog(
      loadCatalogConfig(
        testEnv({
          CATALOG_MONGODB_URL: stores.mongodbUrl,
          REDIS_EVENTS_URL: events,
          REDIS_CACHE_URL: stores.redisUrl,
          DEMO: String(demo),
        }),
      ),
    ),
  );

/** The real payments with its sandbox. Nobody asks it for a cart here, so it needs no address of orders. */
export const startPayments = (
  stores: TestStores,
  events: string,
  catalogUrl: string,
  more: Record<string, string> = {},
) =>
  startService(
    buildPayments(
      loadPaymentsConfig(
        testEnv({
          PAYMENTS_DATABASE_URL: stores.postgresUrl,
          REDIS_EVENTS_URL: events,
          CATALOG_URL: catalogUrl,
          ORDERS_URL: 'http://127.0.0.1:9',
          ALLOW_SANDBOX: 'on',
          ...more,
        }),
      ),
    ),
  );

/** The real delivery with its demo courier, who is quick here. */
export const startDelivery = (stores: TestStores, events: string) =>
  startService(
    buildDelivery(
      loadDeliveryConfig(
        testEnv({
          DELIVERY_MONGODB_URL: stores.mongodbUrl,
          REDIS_EVENTS_URL: events,
          DEMO: 'on',
          DELIVERY_STEP_SECONDS: '0.2',
        }),
      ),
    ),
  );
