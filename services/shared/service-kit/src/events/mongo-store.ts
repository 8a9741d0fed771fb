import type { Mongo, MongoTransaction } from '../stores/mongo';
import { claimInMongo } from './mongo-inbox';
import { createUnitStore, type Outbox, type UnitStore } from './unit';

/** A MongoDB database as a unit store. Without an outbox the units cannot publish. */
export const mongoStore = (mongo: Mongo, outbox?: Outbox<MongoTransaction>): UnitStore<MongoTransaction> =>
  createUnitStore({ database: mongo, outbox, claim: claimInMongo });
