import { consume } from '@bramble/service-kit/events/consume';
import { auditBy, deadLetterEndpoints } from '@bramble/service-kit/events/dead-letter-endpoints';
import { mongoOutbox } from '@bramble/service-kit/events/mongo-outbox';
import { mongoStore } from '@bramble/service-kit/events/mongo-store';
import { counter } from '@bramble/service-kit/observe/metrics';
import { every } from '@bramble/service-kit/runtime/clock';
import type { Service } from '@bramble/service-kit/runtime/service';
import { createService } from '@bramble/service-kit/service/create-service';
import { personalDataEndpoint } from '@bramble/service-kit/service/personal-data';
import { acquireMongoLease } from '@bramble/service-kit/stores/lock';
import { openMongo } from '@bramble/service-kit/stores/mongo';
import { openRedis } from '@bramble/service-kit/stores/redis';
import { createAnswers } from './cache/answers';
import { answerEarly } from './cache/early-answers.http';
import { createFreshness } from './cache/freshness';
import { createFreshnessRepository } from './cache/freshness.repository';
import { createRedisCapacity } from './cache/redis-capacity';
import { readRedisServer } from './cache/redis-capacity.repository';
import { createSharedCopies } from './cache/shared-copies.repository';
import { readUnsentChanges } from './cache/unsent-changes.repository';
import type { CatalogConfig } from './config';
import { collectionsOf, createIndexes } from './db';
import { createErasureRepository } from './personal-data/erasure.repository';
import { createErasure } from './personal-data/erasure.service';
import { createExportRepository } from './personal-data/export.repository';
import { createPictureRepository } from './picture/picture.repository';
import { pictureRoutes } from './picture/picture.routes';
import { createPictureService } from './picture/picture.service';
import { createProductRepository } from './product/product.repository';
import { productRoutes } from './product/product.routes';
import { createProductService } from './product/product.service';
import { createStockFiguresRepository } from './stock/stock-figures.repository';
import { stockConsumer } from './stock/stock.consumer';
import { exportStockFigures, stockMetrics } from './stock/stock.metrics';
import { createStockRepository } from './stock/stock.repository';
import { createStockService } from './stock/stock.service';

const SWEEP_MS = 5_000;
const RANK_MS = 2_000;
const ERASURE_MS = 5_000;

/** Builds the catalog service: products, pictures, stock and its reservations. */
export function buildCatalog(config: CatalogConfig): Service {
  const service = createService({ name: 'catalog', config, metrics: stockMetrics });
  const mongo = openMongo(service, { url: config.CATALOG_MONGODB_URL, max: config.DATABASE_CONNECTIONS });
  const redis = openRedis(service, { role: 'events', url: config.REDIS_EVENTS_URL });
  const cache = openRedis(service, { role: 'cache', url: config.REDIS_CACHE_URL });
  const collections = collectionsOf(mongo.db);
  service.onStart('indexes', () => createIndexes(collections));
  const freshness = createFreshness(service, createFreshnessRepository(cache), readUnsentChanges(mongo));
  const outbox = mongoOutbox(service, {
    mongo,
    redis,
    streams: ['inventory_stream', 'catalog_stream', 'catalog_audit_stream'],
    audits: 'product.staff_acted',
    beforeSend: freshness.publishing,
  });
  const store = mongoStore(mongo, outbox);

  const cacheRequests = counter(service, 'bramble_cache_requests_total');
  const answers = createAnswers({
    freshness,
    copies: createSharedCopies(cache),
    capacity: createRedisCapacity(service, {
      events: () => readRedisServer(redis),
      cache: () => readRedisServer(cache),
    }),
    count: (name, result) => cacheRequests.inc({ cache: name, result }),
  });
  answerEarly(service, answers);

  const repository = createProductRepository(mongo);
  const products = createProductService({
    store,
    products: repository,
    currency: config.CURRENCY,
    onEdit: freshness.edited,
  });
  const pictures = createPictureService({
    repository: createPictureRepository(collections),
    setPictures: products.setPictures,
  });
  service.mount([...productRoutes(products, answers), ...pictureRoutes(pictures, products.owned)]);

  const outcomes = counter(service, 'bramble_reservation_outcomes_total');
  const conflicts = counter(service, 'bramble_reserve_conflicts_total');
  const stock = createStockService({
    store,
    stock: createStockRepository(mongo),
    onMoved: freshness.moved,
    onRanked: freshness.ranked,
    onOutcome: (outcome) => outcomes.inc({ outcome }),
    onConflict: () => conflicts.inc({}),
  });
  consume(service, { redis, store, ...stockConsumer(stock) });
  const erasure = createErasure({
    store,
    erasures: createErasureRepository(mongo),
    onEdit: freshness.edited,
  });
  consume(service, { redis, store, group: 'catalog', types: ['user.erased'], handle: erasure.handle });
  every(service, {
    name: 'products of erased accounts',
    ms: ERASURE_MS,
    run: async () => {
      const lease = await acquireMongoLease(mongo, 'erasure-sweep', 3 * ERASURE_MS);
      if (lease !== undefined) await erasure.complete();
    },
  });
  every(service, {
    name: 'reservation sweep',
    ms: SWEEP_MS,
    run: async () => {
      const lease = await acquireMongoLease(mongo, 'reservation-sweep', 3 * SWEEP_MS);
      if (lease !== undefined) await stock.remindOverdue();
    },
  });
  every(service, { name: 'popularity', ms: RANK_MS, run: stock.rankSold });
  exportStockFigures(service, createStockFiguresRepository(mongo, collections));
  service.mount([personalDataEndpoint(createExportRepository(mongo).read)]);
  const audit = auditBy(store, 'product.operator_acted');
  service.mount(deadLetterEndpoints(service, { store, group: 'catalog', audit }));

  if (config.DEMO) {
    service.onStart('demo catalogue', async () => {
      const { seedCatalog } = await import('@bramble/demo/catalog.seeder');
      await seedCatalog({ addMissing: products.addMissing }, { currency: config.CURRENCY });
    });
  }
  return service;
}
