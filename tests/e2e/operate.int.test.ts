import { spawn } from 'node:child_process';
import type { Order } from '@bramble/contracts/orders';
import { startCollector } from '@bramble/test-kit/collector';
import { createShopClient, type ShopClient } from '@bramble/test-kit/shop-client';
import { waitFor } from '@bramble/test-kit/wait-for';
import { createLedger, stockOf } from '../chaos/ledger';
import { checkMoney } from '../chaos/money';
import { checkOrdersEnd } from '../chaos/orders';
import { checkSold } from '../chaos/stock';
import { lastIds, notReadAgain, unfinished } from '../chaos/streams';
import { openLossyWire } from '../helpers/lossy-wire';
import { type RunningShop, startShop } from '../helpers/running-shop';
import { openStoreClients } from '../helpers/store-clients';

let shop: RunningShop;
let client: ShopClient;
let clients: Awaited<ReturnType<typeof openStoreClients>>;
let seller: string;
let collector: Awaited<ReturnType<typeof startCollector>>;
beforeAll(async () => {
  collector = await startCollector();
  shop = await startShop({
    env: {
      DELIVERY_STEP_SECONDS: '0.2',
      RATE_LIMIT_FACTOR: '100000',
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    },
  });
  clients = await openStoreClients(shop.dataDir);
  client = createShopClient(shop.url);
  seller = await client.signUp('seller');
});
afterAll(async () => {
  await clients.close();
  await shop.stop();
  collector.stop();
});

interface Ran {
  code: number | null;
  out: string;
  err: string;
}

/** Runs a command as an operator would. */
async function run(...words: string[]): Promise<Ran> {
  const child = spawn(process.execPath, words, { env: { ...process.env, DATA_DIR: shop.dataDir } });
  const ran: Ran = { code: null, out: '', err: '' };
  child.stdout.on('data', (chunk: Buffer) => (ran.out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (ran.err += chunk.toString()));
  ran.code = await new Promise((resolve) => child.once('close', resolve));
  return ran;
}
const admin = (...words: string[]) => run('scripts/bramble-admin.mjs', ...words);
const simulate = (...words: string[]) =>
  run('--import', 'tsx', 'services/simulator/src/cli.ts', '--url', shop.url, ...words);

const place = (token: string, productId: string): Promise<Order> =>
  client.placeOrder(token, { items: [{ productId, quantity: 1 }] });
const completed = (token: string, { id }: Order) =>
  client.orderReaches(token, id, { statuses: ['COMPLETED'] });

describe('bramble-admin', () => {
  it('says how it is used, and answers wrong words with one sentence and an exit code', async () => {
    const help = await admin('--help');
    expect(help).toMatchObject({ code: 0, err: '' });
    for (const command of [
      'dead list',
      'dead show',
      'dead replay',
      'dead discard',
      'order explain',
      'user revoke',
    ])
      expect(help.out).toContain(command);
    const wrong = await Promise.all([
      admin(),
      admin('deed', 'list'),
      admin('--loud'),
      admin('dead', 'list', '--loud'),
      admin('dead', 'bury'),
      admin('dead', 'list', 'river'),
      admin('dead', 'show', 'orders_stream.payments.1-1'),
      admin('dead', 'replay', 'nonsense'),
      admin('order', 'explain', 'BR-NOSUCH'),
      admin('reports', 'burn'),
    ]);
    for (const { code, out, err } of wrong) {
      expect(code).toBeGreaterThan(0);
      expect(out).toBe('');
      expect(err).toMatch(/^bramble-admin: [^\n]+\n$/);
    }
  });

  it('replays a dead letter once its cause is gone, while other orders were never held up', async () => {
    const product = await client.offer(seller, 100);
    const [unlucky, lucky] = (await client.signUpMany(2)) as [string, string];
    // Payments can write nothing about the orders of this one buyer.
    const order = await place(unlucky, product.id);
    await completed(unlucky, order);
    await clients.payments.query(
      `CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
         IF NEW.user_id = '${order.userId}' THEN RAISE EXCEPTION 'the ledger is locked'; END IF; RETURN NEW; END $$`,
    );
    await clients.payments.query(
      'CREATE TRIGGER refuse BEFORE INSERT ON payment_attempts FOR EACH ROW EXECUTE FUNCTION refuse()',
    );
    const stuck = await place(unlucky, product.id);
    const others = await Promise.all(Array.from({ length: 10 }, () => place(lucky, product.id)));
    for (const other of others) await completed(lucky, other);

    const listed = await waitFor(
      async () => {
        const { out } = await admin('dead', 'list', 'orders_stream');
        return out.includes(stuck.id) && out;
      },
      { timeout: 30_000, interval: 500, what: 'the dead letter' },
    );
    expect(listed).toContain('payment.requested');
    expect(listed).toContain('tries 5');
    expect(listed).toContain('the ledger is locked');
    const id = /orders_stream\.payments\.[\da-f]{8}-\S+/.exec(listed)?.[0] ?? '';
    const shown = JSON.parse((await admin('dead', 'show', id)).out) as Record<string, unknown>;
    expect(shown).toMatchObject({ id, key: stuck.id, payload: { orderId: stuck.id } });
    expect((await admin('order', 'explain', stuck.number)).out).toContain('is RESERVED');

    await clients.payments.query('DROP TRIGGER refuse ON payment_attempts');
    expect(await admin('dead', 'replay', id)).toMatchObject({ code: 0, err: '' });
    await completed(unlucky, stuck);
    expect((await admin('order', 'explain', stuck.number)).out).toContain('is COMPLETED');
    const explained: unknown = JSON.parse((await admin('order', 'explain', stuck.id, '--json')).out);
    expect(explained).toMatchObject({ number: stuck.number, status: 'COMPLETED', obligations: [] });
    expect(explained).not.toHaveProperty('shippingAddress');
    // Whatever the reconciler had sent meanwhile may lie there too; it is of no use any more.
    expect(await admin('dead', 'discard', 'all', '--yes')).toMatchObject({ code: 0, err: '' });
    expect((await admin('dead', 'list')).out).toBe('no dead letters\n');
    expect(await admin('dead', 'replay', id)).toMatchObject({ code: 1, out: '' });
  }, 120_000);

  it('makes the reports anew, equal to what they were', async () => {
    const rebuilt = await admin('reports', 'rebuild');
    expect(rebuilt).toMatchObject({ code: 0, err: '' });
    expect(rebuilt.out).toContain('they are what they were');
  });
});

describe('the simulator', () => {
  it('sends shoppers through the shop and reports what became of them', async () => {
    const { code, out, err } = await simulate('--rate', '8', '--seconds', '5', '--accounts', '3');
    expect(code).toBe(0);
    expect(err).not.toContain('Warning');
    const [, shoppers, orders] =
      /(\d+) shoppers in \d+ s, (\d+) orders placed, 0 calls failed/.exec(out) ?? [];
    expect(Number(shoppers)).toBeGreaterThan(20);
    expect(Number(orders)).toBeGreaterThan(3);
    expect(out).toMatch(/^paid +\d+$/m);
    expect(await simulate('--rate', 'fast')).toMatchObject({
      code: 2,
      err: 'simulate: --rate takes 0.01 to 1000\n',
    });
  });
});

describe('stress', () => {
  const stress = (...words: string[]) => run('--import', 'tsx', 'tests/stress/main.ts', ...words);
  const rushAt = (url: string) => stress('--url', url, '--buyers', '6', '--stock', '2');

  it('sends every shape, counts on the way, and finds every promise kept', async () => {
    const shapes = ['--last-piece', '--rounds', '2', '--cart', '6', '--same-key', '5'];
    const { code, out, err } = await stress('--url', shop.url, '--buyers', '6', '--stock', '2', ...shapes);
    expect(err).toMatch(/^ *\d+ s {2}sent 6 {2}accepted 6 {2}paid 2 {2}completed 2 {2}refused 4$/m);
    expect(out).toMatch(/^6 buyers order one piece each of 2, all at once$/m);
    expect(out).toMatch(/^As many orders are completed as there are pieces\. +2 +2 +kept$/m);
    expect(out).toMatch(/^32 promises, all kept, in \d+ s\.$/m);
    expect(code).toBe(0);
  }, 120_000);

  it('prints what it found as JSON for a program', async () => {
    const { code, out } = await stress('--url', shop.url, '--same-key', '2', '--json');
    expect(JSON.parse(out)).toMatchObject({
      kept: true,
      shapes: [
        {
          title: 'One order is sent 2 times at once with the same Idempotency-Key',
          promises: expect.arrayContaining([expect.objectContaining({ kept: true, because: [] })]),
        },
      ],
    });
    expect(code).toBe(0);
  }, 120_000);

  it('ends with 1 and says which promise was broken when an answer is lost on the way', async () => {
    const wire = await openLossyWire(shop.url);
    const { code, out } = await rushAt(wire.url);
    wire.close();
    expect(out).toMatch(/^Every buyer gets an answer\. +6 +5 +BROKEN$/m);
    expect(out).toMatch(/^ {2}buyer \d: the answer was no answer$/m);
    expect(code).toBe(1);
  }, 120_000);

  it('answers bad values and a shop that is not there with one sentence', async () => {
    const wrong = await Promise.all([
      stress('--buyers', 'many'),
      stress('--stock', '0'),
      stress('--rounds', '3'),
      stress('--url', 'http://shop.example.com'),
      stress('--url', 'nowhere'),
      stress('--surprise'),
      stress('--url', 'http://127.0.0.1:9'),
    ]);
    expect(wrong.map(({ code }) => code)).toEqual([2, 2, 2, 2, 2, 2, 1]);
    for (const { out, err } of wrong) {
      expect(out).toBe('');
      expect(err).toMatch(/^stress: [^\n]+\n$/);
    }
    const help = await stress('--help');
    expect(help).toMatchObject({ code: 0, err: '' });
    expect(help.out).toContain('npm run stress -- --buyers 200 --stock 10');
  });
});

describe('an order as a trace', () => {
  it('is one tree over all services, with every hop of its events', async () => {
    const product = await client.offer(seller, 10);
    const buyer = await client.signUp('customer');
    const order = await place(buyer, product.id);
    await completed(buyer, order);
    const hop = (service: string, type: string) => `${service}: process ${type}`;
    const hops = [
      hop('catalog', 'order.placed'),
      hop('orders', 'stock.reserved'),
      hop('payments', 'payment.requested'),
      hop('orders', 'payment.captured'),
      hop('catalog', 'order.paid'),
      hop('delivery', 'order.paid'),
      hop('orders', 'delivery.shipped'),
      hop('orders', 'delivery.delivered'),
    ];
    const tree = await waitFor(
      () => {
        const roots = collector.spans.filter(
          ({ service, name }) => service === 'gateway' && name === 'POST /api/orders',
        );
        const trees = roots.map(({ traceId }) => collector.spans.filter((span) => span.traceId === traceId));
        return Promise.resolve(
          trees.find((spans) => {
            const names = spans.map(({ service, name }) => `${service}: ${name}`);
            return (
              spans.some(({ attributes }) => attributes['messaging.system']) &&
              hops.every((name) => names.includes(name))
            );
          }),
        );
      },
      { timeout: 20_000, interval: 200, what: 'the tree' },
    );
    const ids = new Set(tree.map(({ spanId }) => spanId));
    const roots = tree.filter(({ parentSpanId }) => parentSpanId === undefined || !ids.has(parentSpanId));
    expect(roots.map(({ service, name }) => `${service}: ${name}`)).toEqual(['gateway: POST /api/orders']);
    expect(new Set(tree.map(({ service }) => service))).toEqual(
      new Set(['gateway', 'orders', 'payments', 'catalog', 'delivery']),
    );
  }, 60_000);
});

describe('Redis emptied with orders in flight', () => {
  it('lets every order end within 120 s, and consumers read again within 10 s', async () => {
    const ledger = createLedger();
    const product = await client.offer(seller, 1_000);
    ledger.stock.set(product.id, stockOf(1_000));
    const tokens = await client.signUpMany(5);
    const buy = async (token: string, buyer: number) => {
      const { id, totals } = await place(token, product.id);
      ledger.orders.set(id, {
        orderId: id,
        ...{ buyer, key: id, card: 'tok_visa', cancels: false, at: performance.now() },
        lines: [{ productId: product.id, quantity: 1 }],
        total: totals.total.amount,
        acknowledgedAt: performance.now(),
      });
    };
    const rounds = async (count: number) => {
      for (let n = 0; n < count; n++) await Promise.all(tokens.map(buy));
    };
    await rounds(4);
    const going = rounds(8);
    await clients.redis.flushall();
    const start = performance.now();
    const targets = await lastIds(clients.redis);
    await waitFor(() => notReadAgain(clients.redis, targets), { until: (missing) => missing.length === 0 });
    const readAgain = performance.now() - start;
    await going;
    await waitFor(
      async () => [...(await unfinished(clients)), ...(await checkOrdersEnd(clients, ledger)).violations],
      { until: (left) => left.length === 0, timeout: 120_000, interval: 250, what: 'every order to end' },
    );
    process.stdout.write(
      `Redis emptied: read again after ${(readAgain / 1000).toFixed(1)} s, ${ledger.orders.size} orders ended after ${((performance.now() - start) / 1000).toFixed(1)} s\n`,
    );
    expect(ledger.orders.size).toBe(60);
    expect((await checkMoney(clients, ledger)).violations).toEqual([]);
    expect((await checkSold(clients, ledger, 0, [])).violations).toEqual([]);
  }, 150_000);
});
