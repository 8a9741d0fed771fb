import { ordersApi } from '@bramble/contracts/orders';
import { paymentsApi } from '@bramble/contracts/payments';
import { createShopClient, refusedStatus } from '@bramble/test-kit/shop-client';
import { waitFor } from '@bramble/test-kit/wait-for';
import { createLedger, stockOf } from '../chaos/ledger';
import { checkMoney } from '../chaos/money';
import { allFinal } from '../chaos/orders';
import { checkSold } from '../chaos/stock';
import { unfinished } from '../chaos/streams';
import { type RunningShop, startShop } from '../helpers/running-shop';
import { openStoreClients } from '../helpers/store-clients';

const env = { DELIVERY_STEP_SECONDS: '0.2', RATE_LIMIT_FACTOR: '100000' };

interface Placed {
  id: string;
  token: string;
}

describe('a shop that is killed', () => {
  let shop: RunningShop | undefined;
  afterEach(() => shop?.stop(), 60_000);

  async function open(stock: number) {
    shop = await startShop({ env });
    const client = createShopClient(shop.url);
    const seller = await client.signUp('seller');
    return { shop, product: await client.offer(seller, stock), tokens: await client.signUpMany(10) };
  }

  /** Orders one after another on each token; those that were acknowledged count, whatever happens to the others. */
  async function placeMany(
    url: string,
    tokens: readonly string[],
    productId: string,
    each: number,
  ): Promise<Placed[]> {
    const placed: Placed[] = [];
    const shopper = createShopClient(url);
    await Promise.all(
      tokens.map(async (token) => {
        for (let n = 0; n < each; n++) {
          const items = [{ productId, quantity: 1 }];
          await shopper.placeOrder(token, { items }).then(
            ({ id }) => placed.push({ id, token }),
            (error: unknown) => void refusedStatus(error),
          );
        }
      }),
    );
    return placed;
  }

  async function expectAllEndedOnce(
    { url, dataDir }: RunningShop,
    placed: readonly Placed[],
    productId: string,
    stock: number,
  ): Promise<void> {
    const client = createShopClient(url);
    const orders = await Promise.all(
      placed.map(({ id, token }) => client.orderReaches(token, id, { timeout: 120_000 })),
    );
    const completed = orders.filter(({ status }) => status === 'COMPLETED').length;
    const product = await client.product(productId);
    // What was not acknowledged may have been placed all the same, so stock can only be lower by those.
    expect(stock - product.stock.available).toBeGreaterThanOrEqual(completed);
    for (const { id, token } of placed) {
      const { items } = await client.call(paymentsApi.list, { token, query: { orderId: id } });
      expect(
        items.filter(({ type, status }) => type === 'capture' && status === 'succeeded').length,
      ).toBeLessThanOrEqual(1);
    }
    expect(completed).toBe(placed.length);
    const clients = await openStoreClients(dataDir);
    try {
      // Orders whose answer got lost have ended too, then.
      await waitFor(async () => (await allFinal(clients)) && (await unfinished(clients)).length === 0, {
        timeout: 60_000,
        interval: 250,
        what: 'rest',
      });
      const ledger = createLedger();
      ledger.stock.set(productId, stockOf(stock));
      expect((await checkSold(clients, ledger, 0, [])).violations).toEqual([]);
      expect((await checkMoney(clients, ledger)).violations).toEqual([]);
    } finally {
      await clients.close();
    }
  }

  it('ends every order once when all consumers die in the middle of 100 orders', async () => {
    const { shop: running, product, tokens } = await open(1_000);
    const placing = placeMany(running.url, tokens, product.id, 10);
    await orderBegan(running, tokens);
    for (const name of ['catalog', 'payments', 'delivery', 'orders']) {
      const service = running.process(name);
      if (service) process.kill(service.pid, 'SIGKILL');
    }
    const placed = await placing;
    expect(placed.length).toBeGreaterThan(0);
    await expectAllEndedOnce(running, placed, product.id, 1_000);
  }, 300_000);

  it('comes back by itself after kill -9 of everything, with every acknowledged order', async () => {
    const { shop: running, product, tokens } = await open(1_000);
    const placing = placeMany(running.url, tokens, product.id, 20);
    await orderBegan(running, tokens, 8);
    await running.kill9All();
    const placed = await placing;
    expect(placed.length).toBeGreaterThan(30);
    expect(placed.length).toBeLessThan(200);
    shop = await startShop({ env, dataDir: running.dataDir });
    await expectAllEndedOnce(shop, placed, product.id, 1_000);
  }, 300_000);

  /** Resolves when the shop has `count` orders of the first buyer. */
  async function orderBegan({ url }: RunningShop, tokens: readonly string[], count = 2): Promise<void> {
    const { call } = createShopClient(url);
    await waitFor(() => call(ordersApi.list, { token: tokens[0], query: { limit: 20 } }), {
      until: ({ items }) => items.length >= count,
      timeout: 60_000,
      what: `${count} orders`,
    });
  }
});
