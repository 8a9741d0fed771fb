import type { Mongo } from '@bramble/service-kit/stores/mongo';
import type { MongoOutbox } from '@bramble/service-kit/events/mongo-outbox';
import type { Pace } from './delivery.document';
import type { DeliveryRepository } from './delivery.repository';

/** What everything that moves deliveries works with. */
export interface DeliveryParts {
  mongo: Mongo;
  deliveries: DeliveryRepository;
  outbox: MongoOutbox;
  pace: Pace;
}
