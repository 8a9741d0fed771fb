import { postgresOutbox } from '@bramble/service-kit/events/postgres-outbox';
import { postgresStore } from '@bramble/service-kit/events/postgres-store';
import { createService } from '@bramble/service-kit/service/create-service';
import { openPostgres } from '@bramble/service-kit/stores/postgres';
import { openRedis } from '@bramble/service-kit/stores/redis';
import { loadOrdersConfig } from './config';
import { createReconciler } from './saga/reconciler';
import { createSaga } from './saga/saga.service';
import { createOrderMetrics, orderMetrics } from './store/order.metrics';

/**
 * One run of the reconciler, for the cluster's CronJob. The service runs it every second, and its relay publishes the
 * events.
 */
const config = loadOrdersConfig();
const service = createService({ name: 'orders', config, metrics: orderMetrics });
const { log } = service;
const sql = openPostgres(service, { url: config.ORDERS_DATABASE_URL, max: 1 });
const redis = openRedis(service, { role: 'events', url: config.REDIS_EVENTS_URL, required: false });
const outbox = postgresOutbox(service, { sql, redis, streams: ['orders_stream', 'orders_audit_stream'] });
const store = postgresStore(sql, outbox);
try {
  const repaired = await createReconciler({
    saga: createSaga({ store, metrics: createOrderMetrics(service), log }),
    log,
  }).run();
  log.info({ orders: repaired }, 'reconcile is done');
} finally {
  await service.stop();
}
