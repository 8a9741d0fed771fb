import { agentAs, anonymous } from '@bramble/test-kit/agent';
import { startOwnRedis } from '@bramble/test-kit/own-redis';
import type { StartedService } from '@bramble/test-kit/start-service';
import { waitFor } from '@bramble/test-kit/wait-for';
import { addProduct, startWorld, type World } from './builders';

describe('failed discount codes', () => {
  let world: World;
  let productId: string;
  beforeAll(async () => {
    world = await startWorld({ RATE_LIMIT_FACTOR: '1' });
    productId = addProduct(world.neighbours, 500).id;
    const admin = agentAs(world.payments, 'admin');
    const codes = [
      { code: 'GOOD', type: 'fixed', value: 100 },
      { code: 'LATER', type: 'fixed', value: 100, startsAt: '2090-01-01T00:00:00.000Z' },
      { code: 'OVER', type: 'fixed', value: 100, endsAt: '2020-01-01T00:00:00.000Z' },
      { code: 'DEAR', type: 'fixed', value: 100, minimum: { amount: 100_000, currency: 'EUR' } },
    ];
    for (const code of codes) await admin.post('/api/discounts').send(code).expect(201);
  });
  afterAll(() => world.close());

  const attempt = (address: string, discountCode: string | undefined, payments?: StartedService) =>
    agentAs(payments ?? world.payments, anonymous)
      .post('/api/payments/calculate')
      .set('X-Client-Address', address)
      .send({ items: [{ productId, quantity: 1 }], discountCode });

  it('are answered with one sentence, whatever is wrong with them', async () => {
    const answers = await Promise.all(
      ['NOBODY', 'LATER', 'OVER', 'DEAR'].map((code) => attempt('192.0.2.1', code)),
    );
    const [first] = answers;
    expect(first?.body.totals.total).toEqual((await attempt('192.0.2.1', undefined)).body.totals.total);
    expect(first?.body.discountProblem).toEqual({
      code: 'discount_invalid',
      title: 'This discount code cannot be used',
    });
    for (const { status, body } of answers) expect([status, body]).toEqual([200, first?.body]);
  });

  it('are refused after ten of one address within ten minutes, and good codes are not counted', async () => {
    for (let i = 0; i < 12; i++) await attempt('192.0.2.2', 'GOOD').expect(200);
    const answers = await Promise.all(Array.from({ length: 40 }, () => attempt('192.0.2.2', 'NOBODY')));
    const wrong = answers.filter(({ status, body }) => status === 200 && body.discountProblem !== undefined);
    expect(wrong).toHaveLength(10);
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(30);
    const { headers } = await attempt('192.0.2.2', 'GOOD').expect(429);
    expect(Number(headers['retry-after'])).toBeGreaterThan(0);
    await attempt('192.0.2.3', 'GOOD').expect(200);
  });

  it('are 503 while Redis cannot count them, and baskets without a code are priced', async () => {
    const own = await startOwnRedis();
    const payments = await world.startPayments({ REDIS_EVENTS_URL: own.url });
    let runs = true;
    const stopRedis = async () => {
      if (runs) await own.stop();
      runs = false;
    };
    const answers = async () => {
      const coded = await attempt('192.0.2.4', 'GOOD', payments);
      const { code } = coded.body as { code?: string };
      return [coded.status, code, (await attempt('192.0.2.4', undefined, payments)).status];
    };
    try {
      await attempt('192.0.2.4', 'GOOD', payments).expect(200);
      // Redis answers reads and refuses writes, as it does when its memory is full.
      await own.client.config('SET', 'maxmemory', '1');
      expect(await answers()).toEqual([503, 'unavailable', 200]);
      const { headers } = await attempt('192.0.2.4', 'GOOD', payments).expect(503);
      expect(headers['retry-after']).toBe('5');
      await own.client.config('SET', 'maxmemory', '0');
      await attempt('192.0.2.4', 'GOOD', payments).expect(200);
      await stopRedis();
      expect(await answers()).toEqual([503, 'unavailable', 200]);
    } finally {
      await payments.stop();
      await stopRedis();
    }
  }, 60_000);

  it('are counted for ten minutes also when a good code was priced across the end of the window', async () => {
    const { slowness, lookups } = world.neighbours;
    const key = 'limit:discount:192.0.2.5';
    let goOn = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    const earlier = lookups.length;
    slowness.wait = () => held;
    try {
      const priced = attempt('192.0.2.5', 'GOOD').then(({ status }) => status);
      await waitFor(() => lookups.length > earlier, { what: 'the look-up of the product' });
      expect(await world.redis.get(key)).toBe('1');
      // The window ends.
      await world.redis.del(key);
      goOn();
      expect(await priced).toBe(200);
    } finally {
      slowness.wait = () => undefined;
      goOn();
    }
    expect(await world.redis.exists(key)).toBe(0);
    // A counter that an earlier version left without an end gets one.
    await world.redis.set(key, '-1');
    const { body } = await attempt('192.0.2.5', 'NOBODY').expect(200);
    expect(body.discountProblem.code).toBe('discount_invalid');
    expect(await world.redis.pttl(key)).toBeGreaterThan(0);
  });
});
