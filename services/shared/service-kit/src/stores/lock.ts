import { hostname } from 'node:os';
import type { Mongo } from './mongo';

const holder = `${hostname()}-${process.pid}-${Math.random().toString(36).slice(2)}`;

interface Lease {
  _id: string;
  holder: string;
  expiresAt: Date;
  fence: number;
}

/**
 * Acquires or renews the lease `name` for `ttlMs` by the database's clock. Answers its fence, which rises with each new
 * holder; undefined while another process holds the lease.
 */
export async function acquireMongoLease(
  mongo: Mongo,
  name: string,
  ttlMs: number,
  who: string = holder,
): Promise<number | undefined> {
  const free = {
    $or: [
      { $eq: ['$holder', who] },
      { $lt: ['$expiresAt', '$$NOW'] },
      // A lease that ends later than a renewal could set was written before the database's clock was set back.
      { $gt: ['$expiresAt', { $dateAdd: { startDate: '$$NOW', unit: 'millisecond', amount: 2 * ttlMs } }] },
      { $eq: [{ $type: '$holder' }, 'missing'] },
    ],
  };
  const lease = await mongo.db.collection<Lease>('leases').findOneAndUpdate(
    { _id: name },
    [
      {
        $set: {
          fence: {
            $cond: [
              { $and: [free, { $ne: ['$holder', who] }] },
              { $add: [{ $ifNull: ['$fence', 0] }, 1] },
              '$fence',
            ],
          },
          expiresAt: {
            $cond: [
              free,
              { $dateAdd: { startDate: '$$NOW', unit: 'millisecond', amount: ttlMs } },
              '$expiresAt',
            ],
          },
          holder: { $cond: [free, who, '$holder'] },
        },
      },
    ],
    { upsert: true, returnDocument: 'after' },
  );
  return lease?.holder === who ? lease.fence : undefined;
}

/** Releases the lease, so that another process may acquire it at once. */
export async function releaseMongoLease(mongo: Mongo, name: string, who: string = holder): Promise<void> {
  await mongo.db
    .collection<Lease>('leases')
    .updateOne({ _id: name, holder: who }, { $set: { expiresAt: new Date(0) } });
}
