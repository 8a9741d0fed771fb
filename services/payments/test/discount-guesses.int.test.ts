import { agentAs, anonymous } from '@bramble/test-kit/agent';
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

  const attempt = (address: string, discountCode: string) =>
    agentAs(world.payments, anonymous)
      .post('/api/payments/calculate')
      .set('X-Client-Address', address)
      .send({ items: [{ productId, quantity: 1 }], discountCode });

  it('are answered with one sentence, whatever is wrong with them', async () => {
    const answers = await Promise.all(
      ['NOBODY', 'LATER', 'OVER', 'DEAR'].map((code) => attempt('192.0.2.1', code)),
    );
    const told = answers.map(({ status, body }) => {
      const { title, detail } = body as { title: string; detail?: string };
      return { status, title, detail };
    });
    expect(new Set(told.map((each) => JSON.stringify(each))).size).toBe(1);
    expect(told[0]?.status).toBe(400);
  });

  it('are refused after ten of one address within ten minutes, and good codes are not counted', async () => {
    for (let i = 0; i < 12; i++) await attempt('192.0.2.2', 'GOOD').expect(200);
    const answers = await Promise.all(Array.from({ length: 40 }, () => attempt('192.0.2.2', 'NOBODY')));
    expect(answers.filter(({ status }) => status === 400)).toHaveLength(10);
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(30);
    const { headers } = await attempt('192.0.2.2', 'GOOD').expect(429);
    expect(Number(headers['retry-after'])).toBeGreaterThan(0);
    await attempt('192.0.2.3', 'GOOD').expect(200);
  });
});
