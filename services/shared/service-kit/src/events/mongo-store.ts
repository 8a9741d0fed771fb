import type { Mongo, MongoTransaction } from '../stores/mongo';
import { createLetterStore } from './dead-letters/letter-store';
import { mongoLetters } from './dead-letters/mongo-letters';
import { claimInMongo, unclaimInMongo } from './mongo-inbox';
import type { Outbox } from './outbox/outbox';
import { createUnitStore, type UnitStore } from './unit';

/** A MongoDB database as a unit store. Without an outbox the units cannot publish. */
export const mongoStore = (mongo: Mongo, outbox?: Outbox<MongoTransaction>): UnitStore<MongoTransaction> =>
  createUnitStore({
    database: mongo,
    outbox,
    claim: claimInMongo,
    deadLetters: (group) =>
      createLetterStore({
        group,
        database: mongo,
        outbox,
        inbox: { claim: claimInMongo, unclaim: unclaimInMongo },
        table: mongoLetters(mongo, group),
      }),
  });
