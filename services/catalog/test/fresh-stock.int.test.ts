import { MongoClient } from 'mongodb';
import { newId } from '@bramble/service-kit/base/ids';
import { agentAs, anonymous } from '@bramble/test-kit/agent';
import type { StartedService } from '@bramble/test-kit/start-service';
import { waitFor } from '@bramble/test-kit/wait-for';
import { offer, openShop, type Shop } from './builders';

let shop: Shop;
let other: StartedService;
let client: MongoClient;
beforeAll(async () => {
  shop = await openShop();
  other = await shop.start();
  client = await new MongoClient(shop.stores.mongodbUrl).connect();
});
afterAll(async () => {
  await client.close();
  await other.stop();
  await shop.close();
});

const shown = async (where: StartedService, id: string): Promise<number> =>
  (await agentAs(where, anonymous).get(`/api/products/${id}`).expect(200)).body.product.stock.available;
const bothShow = async (id: string, available: number) =>
  (await shown(shop.catalog, id)) === available && (await shown(other, id)) === available;

/** What a process leaves that was killed right after its commit, or got no reply to it: data and event, no word. */
async function sellSilently(productId: string): Promise<void> {
  const event = {
    type: 'stock.changed',
    version: 1,
    key: productId,
    correlationId: newId(),
    traceparent: '',
  };
  await client.withSession((session) =>
    session.withTransaction(async () => {
      const products = client.db().collection<{ _id: string }>('products');
      await products.updateOne(
        { _id: productId },
        { $set: { 'stock.available': 3, 'stock.reserved': 7 }, $inc: { 'stock.revision': 1 } },
        { session },
      );
      await client
        .db()
        .collection<{ _id: string }>('outbox')
        .insertOne(
          {
            ...event,
            _id: newId(),
            stream: 'inventory_stream',
            occurredAt: new Date().toISOString(),
            payload: { productId, available: 3, revision: 2 },
            unsent: true,
          } as { _id: string },
          { session },
        );
    }),
  );
}

async function isShownWithinASecond(productId: string): Promise<void> {
  const committedAt = performance.now();
  await waitFor(() => bothShow(productId, 3), { interval: 20, timeout: 5_000, what: 'the new stock' });
  // The second that is promised, and the time that the requests themselves take on a busy machine.
  expect(performance.now() - committedAt).toBeLessThan(1_500);
}

describe('stock whose change nobody announced', () => {
  it('is shown by every process within a second', async () => {
    const product = await offer(shop);
    await waitFor(() => bothShow(product.id, 10));
    await sellSilently(product.id);
    await isShownWithinASecond(product.id);
  });

  it('is shown as soon when the process that published was killed and its lease still holds', async () => {
    const product = await offer(shop);
    await waitFor(() => bothShow(product.id, 10));
    const leases = shop.db.collection<{ _id: string; expiresAt: Date }>('leases');
    await leases.updateOne({ _id: 'outbox' }, [
      { $set: { holder: 'killed', expiresAt: { $add: ['$$NOW', 8_000] } } },
    ]);
    await sellSilently(product.id);
    await isShownWithinASecond(product.id);
  });
});
