import { agentAs, anonymous } from '@bramble/test-kit/agent';
import type { StartedService } from '@bramble/test-kit/start-service';
import { addProduct, startWorld, type World } from './builders';

let world: World;
let productId: string;
beforeAll(async () => {
  world = await startWorld({ DEMO: 'on', DEMO_ADMIN: 'on' });
  productId = addProduct(world.neighbours, 500).id;
});
afterAll(() => world.close());

const make = (payments: StartedService, code: string, more: object = {}) =>
  agentAs(payments, 'admin')
    .post('/api/discounts')
    .send({ code, type: 'percent', value: 100, ...more })
    .expect(201);
/** Whether the code takes something off a basket. */
const holds = async (payments: StartedService, discountCode: string): Promise<boolean> => {
  const { body } = await agentAs(payments, anonymous)
    .post('/api/payments/calculate')
    .send({ items: [{ productId, quantity: 1 }], discountCode })
    .expect(200);
  return body.discountProblem === undefined;
};
const change = (payments: StartedService, code: string, patch: object) =>
  agentAs(payments, 'admin').patch(`/api/discounts/${code}`).send(patch).expect(200);

it('discount codes made while every visitor could be admin end at a start without the demo admin, and stay ended', async () => {
  const demo = world.payments;
  const future = '2090-01-01T00:00:00.000Z';
  await make(demo, 'FREE');
  await make(demo, 'UNTIL', { endsAt: future });
  await make(demo, 'LATER', { startsAt: future });
  await make(demo, 'PAST', { endsAt: '2020-01-01T00:00:00.000Z' });
  expect([await holds(demo, 'FREE'), await holds(demo, 'UNTIL')]).toEqual([true, true]);

  // Two shops on the same data: what was made without the demo admin is left alone.
  const shop = await world.startPayments({ DEMO: 'off' });
  try {
    for (const code of ['FREE', 'UNTIL', 'LATER', 'PAST'])
      expect([code, await holds(shop, code)]).toEqual([code, false]);
    const { rows } = await world.sql.query<{ code: string; starts_at: Date | null; ends_at: Date }>(
      'SELECT code, starts_at, ends_at FROM discounts',
    );
    for (const { ends_at: end } of rows) expect(end.getTime()).toBeLessThanOrEqual(Date.now());
    const ends = new Map(rows.map(({ code, ends_at: end }) => [code, end.toISOString()]));
    expect(ends.get('PAST')).toBe('2020-01-01T00:00:00.000Z');
    // A code may not end before it starts: an admin could not change it then.
    expect(rows.find(({ code }) => code === 'LATER')?.starts_at).toBeNull();

    await make(shop, 'OWN');
    await change(shop, 'FREE', { endsAt: null });
    expect([await holds(shop, 'OWN'), await holds(shop, 'FREE')]).toEqual([true, true]);
    const again = await world.startPayments({ DEMO: 'off' });
    try {
      expect([await holds(again, 'OWN'), await holds(again, 'FREE')]).toEqual([true, true]);
      expect(await holds(again, 'UNTIL')).toBe(false);
    } finally {
      await again.stop();
    }
  } finally {
    await shop.stop();
  }
}, 60_000);

it('a code that a visitor changed ends too', async () => {
  const shop = await world.startPayments({ DEMO: 'off' });
  try {
    await make(shop, 'SMALL', { value: 5 });
    await change(world.payments, 'SMALL', { value: 100 });
    expect(await holds(shop, 'SMALL')).toBe(true);
    const again = await world.startPayments({ DEMO: 'off' });
    try {
      expect(await holds(again, 'SMALL')).toBe(false);
    } finally {
      await again.stop();
    }
  } finally {
    await shop.stop();
  }
}, 60_000);

it('a code that an admin makes in demo mode without the demo admin stays', async () => {
  const demo = await world.startPayments({ DEMO_ADMIN: 'off' });
  try {
    await make(demo, 'OPENING');
  } finally {
    await demo.stop();
  }
  const shop = await world.startPayments({ DEMO: 'off', DEMO_ADMIN: 'off' });
  try {
    expect(await holds(shop, 'OPENING')).toBe(true);
  } finally {
    await shop.stop();
  }
}, 60_000);
