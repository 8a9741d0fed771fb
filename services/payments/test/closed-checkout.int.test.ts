import { agentAs, anonymous } from '@bramble/test-kit/agent';
import { anOrder, startWorld, type World } from './builders';

describe('a shop without a payment provider and outside demo mode', () => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld({ ALLOW_SANDBOX: 'off' });
  });
  afterAll(() => world.close());

  const methods = async (payments = world.payments) => {
    const { body } = await agentAs(payments, anonymous).get('/api/shop').expect(200);
    return (body as { paymentMethods: unknown[] }).paymentMethods;
  };

  it('says that it has no payment method', async () => {
    expect(await methods()).toEqual([]);
  });

  it('declines a test card and records no charge', async () => {
    const order = anOrder();
    await world.publish(order.pay('tok_visa'));
    expect((await world.untilPublished(order.orderId))[0]).toMatchObject({
      type: 'payment.declined',
      payload: { reason: 'checkout_closed' },
    });
    const { rowCount } = await world.sql.query('SELECT 1 FROM sandbox_charges');
    expect(rowCount).toBe(0);
  });

  it.each([{ DEMO: 'on' }, { ALLOW_SANDBOX: '1' }])('takes test cards with %j', async (more) => {
    const payments = await world.startPayments(more);
    try {
      expect(await methods(payments)).toEqual([{ type: 'sandbox' }]);
    } finally {
      await payments.stop();
    }
  });

  it('offers Stripe alone when it has a key, in demo mode too', async () => {
    const payments = await world.startPayments({ STRIPE_SECRET_KEY: 'sk_test_x', DEMO: 'on' });
    try {
      expect(await methods(payments)).toEqual([{ type: 'stripe' }]);
    } finally {
      await payments.stop();
    }
  });
});
