import { every } from '@bramble/service-kit/runtime/clock';
import { createService } from '@bramble/service-kit/service/create-service';
import type { Service } from '@bramble/service-kit/runtime/service';
import { deadLetterEndpoints } from '@bramble/service-kit/events/dead-letters';
import { consume } from '@bramble/service-kit/events/events';
import { openMongo } from '@bramble/service-kit/stores/mongo';
import { mongoOutbox } from '@bramble/service-kit/events/mongo-outbox';
import { openRedis } from '@bramble/service-kit/stores/redis';
import type { DeliveryConfig } from './config';
import { createDeliveryConsumer, GROUP } from './delivery/delivery.consumers';
import { deliveryMetrics, exportDeliveries } from './delivery/delivery.metrics';
import { createDeliveryRepository } from './delivery/delivery.repository';
import { deliveryRoutes } from './delivery/delivery.routes';
import { createDeliveryService } from './delivery/delivery.service';
import { createTicker } from './delivery/delivery.ticker';

const TICK_MS = 250;

export function buildDelivery(config: DeliveryConfig): Service {
  const service = createService({ name: 'delivery', config, metrics: deliveryMetrics });
  const mongo = openMongo(service, { url: config.DELIVERY_MONGODB_URL });
  const redis = openRedis(service, { role: 'events', url: config.REDIS_EVENTS_URL });
  const outbox = mongoOutbox(service, { mongo, redis, streams: ['delivery_stream'] });

  const stepMs = config.DEMO ? config.DELIVERY_STEP_SECONDS * 1000 : undefined;
  const deliveries = createDeliveryRepository(mongo);
  const parts = { mongo, deliveries, outbox, pace: { stepMs } };
  service.onStart('delivery indexes', () => deliveries.prepare());
  service.mount(deliveryRoutes(createDeliveryService(parts)));
  exportDeliveries(service, deliveries);
  if (stepMs !== undefined) {
    service.onStart('delivery timers', () => deliveries.windUp(new Date(Date.now() + stepMs)));
    every(service, { name: 'demo courier', ms: TICK_MS, run: createTicker(parts).run });
  }

  consume(service, {
    redis,
    group: GROUP,
    streams: ['orders_stream'],
    types: ['order.paid', 'order.released'],
    handle: createDeliveryConsumer(parts),
  });
  service.mount(deadLetterEndpoints(service, { redis, group: GROUP }));
  return service;
}
