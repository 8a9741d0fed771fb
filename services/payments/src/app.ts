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
import { openRedis } from '@bramble/service-kit/stores/redis';
import type { PaymentsConfig } from './config';
import { createCodeGuessesRepository } from './discount/code-guesses.repository';
import { createCodeGuesses } from './discount/code-guesses.service';
import { createDiscountUseRepository } from './discount/discount-use.repository';
import { createDiscountRepository } from './discount/discount.repository';
import { discountRoutes } from './discount/discount.routes';
import { createDiscountService } from './discount/discount.service';
import { createAttemptRepository } from './payment/attempt.repository';
import { createCaptureService } from './payment/capture.service';
import { createChargeCheckRepository } from './payment/charge-check.repository';
import { createChargeCheck } from './payment/charge-check.service';
import { createLedgerRepository } from './payment/ledger.repository';
import { createPaymentRequestService } from './payment/payment-request.service';
import { paymentConsumer } from './payment/payment.consumer';
import { exportLedger, exportUnsettled, paymentMetrics } from './payment/payment.metrics';
import { createPaymentPools } from './payment/payment.pools';
import { createPaymentRepository } from './payment/payment.repository';
import { paymentRoutes } from './payment/payment.routes';
import { createPaymentService } from './payment/payment.service';
import { createProviderCalls } from './payment/provider-calls';
import { createRefundRepository } from './payment/refund.repository';
import { createRefundService } from './payment/refund.service';
import { createSettlement } from './payment/settlement';
import { webhookRoutes } from './payment/webhook.routes';
import { createWebhookService } from './payment/webhook.service';
import { erasureConsumer } from './personal-data/erasure.consumer';
import { createExportRepository } from './personal-data/export.repository';
import { chooseProvider } from './provider/choose-provider';
import { productLookup } from './quote/products';
import { quoteRoutes } from './quote/quote.routes';
import { createQuoteService } from './quote/quote.service';
import { shopRoutes } from './shop/shop.routes';

const LAPSE_MINUTES = 15;
/** A restore starts the service again, and the first check runs at a start. */
const CHARGE_CHECK_MS = 600_000;
const CLOSED =
  'the checkout is closed: set STRIPE_SECRET_KEY to take payments, or ALLOW_SANDBOX=1 to take test cards';

/** External parts that a test may replace. */
export interface PaymentsOverrides {
  stripeUrl?: string;
}

export function buildPayments(config: PaymentsConfig, { stripeUrl }: PaymentsOverrides = {}): Service {
  const service = createService({ name: 'payments', config, metrics: paymentMetrics });
  const sql = openPostgres(service, { url: config.PAYMENTS_DATABASE_URL, max: config.DATABASE_CONNECTIONS });
  const redis = openRedis(service, { role: 'events', url: config.REDIS_EVENTS_URL });
  const catalog = createUpstream(service, { name: 'catalog', url: config.CATALOG_URL });
  const orders = createUpstream(service, { name: 'orders', url: config.ORDERS_URL });
  const outbox = postgresOutbox(service, {
    sql,
    redis,
    streams: ['payments_stream', 'payments_audit_stream'],
    audits: 'payment.staff_acted',
  });
  const store = postgresStore(sql, outbox);
  const currency = config.CURRENCY;

  const discounts = createDiscountRepository(sql);
  const uses = createDiscountUseRepository(sql);
  const quotes = createQuoteService({ product: productLookup(catalog), discounts, uses, currency });
  const { provider, methods, readNotice } = chooseProvider(config, sql, stripeUrl);
  const discountService = createDiscountService({
    store,
    discounts,
    currency,
    everybodyIsAdmin: config.DEMO && config.DEMO_ADMIN,
    log: service.log,
  });
  service.onStart('discounts of the demo', discountService.endDemoCodes);
  every(service, { name: 'discounts of the demo', ms: 60_000, run: discountService.endDemoCodes });
  const checkoutClosed = methods.length === 0;
  if (checkoutClosed) service.log.warn(CLOSED);
  service.mount([
    ...shopRoutes({ currency, paymentMethods: methods, demo: config.DEMO }),
    ...quoteRoutes(quotes, orders, {
      checkoutClosed,
      guesses: createCodeGuesses(createCodeGuessesRepository({ redis, factor: config.RATE_LIMIT_FACTOR })),
    }),
    ...discountRoutes(discountService),
  ]);
  every(service, {
    name: 'discount uses without an order',
    ms: 60_000,
    run: () => uses.lapse(LAPSE_MINUTES),
  });

  const payments = createPaymentRepository(sql);
  service.mount(paymentRoutes(createPaymentService({ payments, orders })));
  exportUnsettled(service, payments);
  exportLedger(service, createLedgerRepository(sql));

  const calls = createProviderCalls(service, provider);
  const settlement = createSettlement({ store });
  const attempts = createAttemptRepository(sql);
  const refunds = createRefundRepository(sql);
  const refundService = createRefundService({ store, refunds, calls, log: service.log });
  const pools = createPaymentPools(service, {
    provider,
    attempts,
    refunds,
    capture: createCaptureService({ attempts, calls, settlement }).run,
    refund: refundService.run,
  });
  const checks = createChargeCheckRepository(sql);
  every(service, {
    name: 'captures of the provider',
    ms: CHARGE_CHECK_MS,
    run: createChargeCheck({ provider, checks, log: service.log }).run,
  });
  const webhooks = createWebhookService({ read: readNotice, settlement, refunds: refundService });
  service.mount(webhookRoutes(webhooks));
  consume(service, { redis, store, ...paymentConsumer(createPaymentRequestService(pools)) });
  consume(service, { redis, store, ...erasureConsumer });
  service.mount([personalDataEndpoint(createExportRepository(sql).read)]);
  const audit = auditBy(store, 'payment.operator_acted');
  service.mount(deadLetterEndpoints(service, { store, group: 'payments', audit }));
  return service;
}
