import { MongoClient, MongoError } from 'mongodb';
import { testEnv } from '@bramble/test-kit/env';
import { testStores, type TestStores } from '@bramble/test-kit/stores';
import { baseEnv, loadConfig } from '../src/base/config';
import type { Service } from '../src/runtime/service';
import { createService } from '../src/service/create-service';
import { type Mongo, openMongo } from '../src/stores/mongo';

let stores: TestStores;
let service: Service;
let mongo: Mongo;
const open = async (maxRetryMs?: number) => {
  service = createService({ name: 'toy', config: loadConfig(baseEnv(0), testEnv()) });
  mongo = openMongo(service, { url: stores.mongodbUrl, ...(maxRetryMs ? { maxRetryMs } : {}) });
  await service.start();
};
beforeEach(async () => {
  stores = await testStores('service-kit');
});
afterEach(async () => {
  await service.stop();
  await stores.close();
});

describe('a MongoDB transaction', () => {
  it('waits at most 10 s for a transaction that a killed process left open', async () => {
    await open();
    const things = mongo.db.collection<{ _id: string; count: number }>('things');
    await things.insertOne({ _id: 'hot', count: 0 });
    const killed = await new MongoClient(stores.mongodbUrl).connect();
    const session = killed.startSession();
    session.startTransaction();
    await killed
      .db()
      .collection('things')
      .updateOne({ count: 0 }, { $inc: { count: 100 } }, { session });
    // The connections end and the transaction stays: the server does not learn that a process ended.
    const start = performance.now();
    await mongo.transaction(({ options }) =>
      things.updateOne({ _id: 'hot' }, { $inc: { count: 1 } }, options),
    );
    expect(performance.now() - start).toBeLessThan(10_000);
    expect(await things.findOne()).toEqual({ _id: 'hot', count: 1 });
    await session.endSession();
    await killed.close();
  }, 30_000);

  it('throws unavailable when it meets conflicts for 10 s, with the conflict as its cause', async () => {
    await open(500);
    const conflict = new MongoError('WriteConflict');
    conflict.addErrorLabel('TransientTransactionError');
    let tries = 0;
    const failing = mongo.transaction(() => {
      tries += 1;
      return Promise.reject(conflict);
    });
    await expect(failing).rejects.toMatchObject({ code: 'unavailable', cause: conflict });
    expect(tries).toBeGreaterThan(2);
  });
});
