import type { Mongo } from '@bramble/service-kit/mongo';
import type { MongoOutbox } from '@bramble/service-kit/mongo-outbox';
import type { Pace } from './delivery.document';
import type { DeliveryRepository } from './delivery.repository';

/** What everything that moves deliveries works with. */
export interface DeliveryParts {
  mongo: Mongo;
  deliveries: DeliveryRepository;
  outbox: MongoOutbox;
  pace: Pace;
}
