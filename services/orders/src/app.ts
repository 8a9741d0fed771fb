import { keyedHasher } from '@bramble/service-kit/base/derived-key';
import { consume } from '@bramble/service-kit/events/consume';
import { auditBy, deadLetterEndpoints } from '@bramble/service-kit/events/dead-letter-endpoints';
import { postgresOutbox } from '@bramble/service-kit/events/postgres-outbox';
import { postgresStore } from '@bramble/service-kit/events/postgres-store';
import { createUpstream } from '@bramble/service-kit/http/client';
import { every } from '@bramble/service-kit/runtime/clock';
import type { Service } from '@bramble/service-kit/runtime/service';
import { createService } from '@bramble/service-kit/service/create-service';
import { personalDataEndpoint } from '@bramble/service-kit/service/personal-data';
import { openPostgres } from '@bramble/service-kit/stores/postgres';
import { withFallback } from '@bramble/service-kit/stores/postgres-fallback';
import { openRedis } from '@bramble/service-kit/stores/redis';
import { createCartRepository } from './cart/cart.repository';
import { cartRoutes } from './cart/cart.routes';
import { createCartService } from './cart/cart.service';
import type { OrdersConfig } from './config';
import { createAnswerOnce } from './idempotency/idempotency.http';
import { createIdempotencyRepository } from './idempotency/idempotency.repository';
import { createIdempotency } from './idempotency/idempotency.service';
import { createLedgerCheck, orderLedgerMetrics } from './ledger/ledger.metrics';
import { createLedgerRepository } from './ledger/ledger.repository';
import { orderRoutes } from './order/order.routes';
import { createOrderService } from './order/order.service';
import { addDemoOrders } from './past/demo-orders.worker';
import { createPastOrders } from './past/past-order.service';
import { createErasure } from './personal-data/erasure.service';
import { createExport } from './personal-data/export.service';
import { createPlaceOrderRepository } from './placing/place-order.repository';
import { createPlaceOrder } from './placing/place-order.service';
import { unpaidLimits } from './placing/unpaid-limits';
import { createUnpaidOrdersRepository } from './placing/unpaid-orders.repository';
import { createSalesRepository } from './reports/sales.repository';
import { salesRoutes } from './reports/sales.routes';
import { createSalesService } from './reports/sales.service';
import { orderConsumer } from './saga/order.consumer';
import { createReconciler } from './saga/reconciler';
import { createSaga } from './saga/saga.service';
import { createTaskRuns } from './shop-wide/task-runs';
import { taskMetrics } from './shop-wide/task-runs.metrics';
import { createTaskRunsRepository } from './shop-wide/task-runs.repository';
import { taskRunsRoutes } from './shop-wide/task-runs.routes';
import { createOrderListRepository } from './store/order-list.repository';
import { createOrderMetrics, orderMetrics } from './store/order.metrics';
import { claimAndLockOrders, createOrderRepository } from './store/order.repository';
import { createPastOrderRepository } from './store/past-order.repository';
import { exportWaitingOrders, waitingOrdersMetrics } from './store/waiting-orders.metrics';

/**
 * A reservation may last only a few seconds, so the reconciler runs every second; a run without due orders is one
 * indexed read.
 */
const RECONCILE_MS = 1_000;
/** The interval that the alert on missed tasks expects. A successful run is recorded at most once per interval. */
const RECONCILE_NOTED_SECONDS = 10;
const LEDGER_CHECK_SECONDS = 60;
const HOUR_MS = 3_600_000;
const ERASURE_MS = 5_000;
/** Longer than the default of 2 s: on a busy board a slow price is better than a refused checkout. */
const QUOTE_TIMEOUT_MS = 5_000;

const ownMetrics = { ...orderMetrics, ...waitingOrdersMetrics, ...orderLedgerMetrics, ...taskMetrics };

/** Builds the orders service: carts, orders with their saga, and sales reports. */
export function buildOrders(config: OrdersConfig): Service {
  const service = createService({ name: 'orders', config, metrics: ownMetrics });
  const { log } = service;
  const currency = config.CURRENCY;
  const sql = openPostgres(service, { url: config.ORDERS_DATABASE_URL, max: config.DATABASE_CONNECTIONS });
  const replica =
    config.ORDERS_REPLICA_URL === undefined
      ? sql
      : withFallback(
          openPostgres(service, { url: config.ORDERS_REPLICA_URL, name: 'replica', required: false }),
          sql,
        );
  const redis = openRedis(service, { role: 'events', url: config.REDIS_EVENTS_URL });
  const payments = createUpstream(service, {
    name: 'payments',
    url: config.PAYMENTS_URL,
    timeoutMs: QUOTE_TIMEOUT_MS,
  });
  const outbox = postgresOutbox(service, {
    sql,
    redis,
    streams: ['orders_stream', 'orders_audit_stream'],
    audits: 'order.staff_acted',
  });
  const store = postgresStore(sql, outbox);

  const metrics = createOrderMetrics(service);
  const answers = createIdempotencyRepository(sql);
  const idempotency = createIdempotency({ answers, replayed: metrics.countReplay });
  const saga = createSaga({ store, metrics, log });
  const reconciler = createReconciler({ saga, log });
  const carts = createCartRepository(sql);
  const cart = createCartService({ carts, payments, currency });
  const lists = createOrderListRepository(replica);
  const orders = createOrderService({
    store,
    orders: createOrderRepository(sql),
    lists,
    saga,
    answers,
    currency,
  });
  const limits = unpaidLimits(config.RATE_LIMIT_FACTOR);
  const placeOrder = createPlaceOrder({
    orders: createPlaceOrderRepository({ sql, outbox, limits }),
    answers,
    payments,
    unpaid: createUnpaidOrdersRepository(sql, limits),
    hashOf: keyedHasher(service.keys.own(), 'addresses of orders'),
    currency,
    reservationMs: config.RESERVATION_TTL_SECONDS * 1000,
  });
  const salesRepository = createSalesRepository(replica, currency);
  const sales = createSalesService(salesRepository);

  const tasks = createTaskRuns(service, createTaskRunsRepository(sql));
  service.mount([
    ...taskRunsRoutes(tasks),
    ...cartRoutes(cart),
    ...orderRoutes({
      orders,
      placeOrder,
      carts: cart,
      answerOnce: createAnswerOnce(idempotency),
      onCheckoutError: metrics.countCheckoutError,
    }),
    ...salesRoutes(sales),
    personalDataEndpoint(createExport({ lists, carts, sales: salesRepository })),
    ...deadLetterEndpoints(service, {
      store,
      group: 'orders',
      audit: auditBy(store, 'order.operator_acted'),
    }),
  ]);
  consume(service, {
    redis,
    store: postgresStore(sql, outbox, { claim: claimAndLockOrders }),
    ...orderConsumer(saga),
  });
  const erasure = createErasure(sql);
  consume(service, { redis, store, group: 'orders', types: ['user.erased'], handle: erasure.handle });
  every(service, { name: 'orders of erased accounts', ms: ERASURE_MS, run: erasure.complete });
  every(service, {
    name: 'reconcile',
    ms: RECONCILE_MS,
    run: tasks.recorded('reconcile', RECONCILE_NOTED_SECONDS, reconciler.run),
  });
  every(service, {
    name: 'ledger check',
    ms: LEDGER_CHECK_SECONDS * 1000,
    run: tasks.recorded(
      'ledger_check',
      LEDGER_CHECK_SECONDS,
      createLedgerCheck(service, createLedgerRepository(sql)).run,
    ),
  });
  every(service, {
    name: 'purge',
    ms: HOUR_MS,
    run: (signal) => Promise.all([answers.deleteOld(signal), carts.deleteOld(signal)]),
  });
  exportWaitingOrders(service, sql);
  if (config.DEMO) {
    const past = createPastOrderRepository(sql);
    addDemoOrders(service, createPastOrders({ orders: past, payments, currency }));
  }
  return service;
}
