import { consume } from '@bramble/service-kit/events/consume';
import { auditBy, deadLetterEndpoints } from '@bramble/service-kit/events/dead-letter-endpoints';
import { mongoOutbox } from '@bramble/service-kit/events/mongo-outbox';
import { mongoStore } from '@bramble/service-kit/events/mongo-store';
import { every } from '@bramble/service-kit/runtime/clock';
import type { Service } from '@bramble/service-kit/runtime/service';
import { createService } from '@bramble/service-kit/service/create-service';
import { personalDataEndpoint } from '@bramble/service-kit/service/personal-data';
import { openMongo } from '@bramble/service-kit/stores/mongo';
import { openRedis } from '@bramble/service-kit/stores/redis';
import type { DeliveryConfig } from './config';
import { deliveryConsumer } from './delivery/delivery.consumer';
import { deliveryMetrics, exportDeliveries } from './delivery/delivery.metrics';
import { createDeliveryRepository } from './delivery/delivery.repository';
import { deliveryRoutes } from './delivery/delivery.routes';
import { createDeliveryService } from './delivery/delivery.service';
import { createTicker } from './delivery/delivery.ticker';

const TICK_MS = 250;

export function buildDelivery(config: DeliveryConfig): Service {
  const service = createService({ name: 'delivery', config, metrics: deliveryMetrics });
  const mongo = openMongo(service, { url: config.DELIVERY_MONGODB_URL, max: config.DATABASE_CONNECTIONS });
  const redis = openRedis(service, { role: 'events', url: config.REDIS_EVENTS_URL });
  const outbox = mongoOutbox(service, {
    mongo,
    redis,
    streams: ['delivery_stream', 'delivery_audit_stream'],
    audits: 'delivery.staff_acted',
  });
  const store = mongoStore(mongo, outbox);

  const stepMs = config.DEMO ? config.DELIVERY_STEP_SECONDS * 1000 : undefined;
  const pace = { stepMs };
  const repository = createDeliveryRepository(mongo);
  const deliveries = createDeliveryService({ store, deliveries: repository, pace });
  service.onStart('delivery indexes', () => repository.prepare());
  service.mount([...deliveryRoutes(deliveries), personalDataEndpoint(deliveries.dataOf)]);
  exportDeliveries(service, repository);
  if (stepMs !== undefined) {
    service.onStart('delivery timers', () => repository.setMissingTimers(new Date(Date.now() + stepMs)));
    const ticker = createTicker({ store, deliveries: repository, pace });
    every(service, { name: 'demo courier', ms: TICK_MS, run: ticker.run });
  }

  consume(service, { redis, store, ...deliveryConsumer(deliveries) });
  const audit = auditBy(store, 'delivery.operator_acted');
  service.mount(deadLetterEndpoints(service, { store, group: 'delivery', audit }));
  return service;
}
