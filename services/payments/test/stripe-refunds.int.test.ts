import { randomUUID } from 'node:crypto';
import { waitFor } from '@bramble/test-kit/wait-for';
import { anOrder, eur, type World } from './builders';
import type { FakeStripe } from './fake-stripe';
import { startStripeWorld, type StripeWorld } from './stripe-world';

let world: World;
let stripe: FakeStripe;
let notify: StripeWorld['notify'];
let close: StripeWorld['close'];
beforeAll(async () => {
  ({ world, stripe, notify, close } = await startStripeWorld());
});
beforeEach(() => {
  stripe.refundStatus = 'succeeded';
});
afterAll(() => close());

async function paidOrder() {
  const order = anOrder();
  await world.publish(order.pay('tok_visa'));
  await world.untilPublished(order.orderId);
  return order;
}
const publishedTypes = async (orderId: string) => (await world.published(orderId)).map(({ type }) => type);
const refundsOf = (refundId: string) =>
  stripe.refunds.filter(({ metadata }) => metadata['refundId'] === refundId);
const refundOf = async (refundId: string) => {
  const refund = await waitFor(() => refundsOf(refundId)[0], { what: 'the refund at Stripe' });
  await waitFor(() => rowOf(refundId, `tries = 1 AND claimed_until > now() + interval '1 minute'`), {
    what: 'the outcome of the first call',
  });
  return refund;
};
const rowOf = async (refundId: string, condition: string) =>
  (await world.sql.query(`SELECT 1 FROM refunds WHERE id = $1 AND ${condition}`, [refundId])).rowCount;
const tryAgain = (refundId: string) =>
  world.sql.query('UPDATE refunds SET claimed_until = now() WHERE id = $1', [refundId]);

describe('a refund of Stripe', () => {
  it('that is pending is published once Stripe notifies its success', async () => {
    const order = await paidOrder();
    stripe.refundStatus = 'pending';
    const refundId = randomUUID();
    await world.publish(order.refund(refundId));
    const refund = await refundOf(refundId);
    await notify('refund.updated', refund).expect(204);
    expect(await publishedTypes(order.orderId)).toEqual(['payment.captured']);
    refund.status = 'succeeded';
    await notify('refund.updated', refund).expect(204);
    expect((await world.untilPublished(order.orderId, 2))[1]).toMatchObject({
      type: 'payment.refunded',
      payload: { refundId, amount: eur(1_000) },
    });
  });

  it('that is pending is looked up again when no notification comes', async () => {
    const order = await paidOrder();
    stripe.refundStatus = 'pending';
    const refundId = randomUUID();
    await world.publish(order.refund(refundId));
    (await refundOf(refundId)).status = 'succeeded';
    await tryAgain(refundId);
    expect((await world.untilPublished(order.orderId, 2))[1]?.type).toBe('payment.refunded');
    expect(refundsOf(refundId)).toHaveLength(1);
  });

  it('that fails at once is not published, and is made anew later', async () => {
    const order = await paidOrder();
    stripe.refundStatus = 'failed';
    const refundId = randomUUID();
    await world.publish(order.refund(refundId));
    await refundOf(refundId);
    expect(await publishedTypes(order.orderId)).toEqual(['payment.captured']);
    stripe.refundStatus = 'succeeded';
    await tryAgain(refundId);
    await world.untilPublished(order.orderId, 2);
    expect(refundsOf(refundId).map(({ status }) => status)).toEqual(['failed', 'succeeded']);
  });

  it.each(['refund.failed', 'refund.updated'])(
    'that fails after its success was published is published as failed by %s, once, and is made anew',
    async (notification) => {
      const order = await paidOrder();
      const refundId = randomUUID();
      await world.publish(order.refund(refundId));
      await world.untilPublished(order.orderId, 2);
      const [refund] = refundsOf(refundId);
      if (!refund) throw new Error('Stripe has no refund');
      refund.status = 'failed';
      refund.failure_reason = 'lost_or_stolen_card';
      await notify(notification, refund).expect(204);
      await notify(notification, refund).expect(204);
      expect((await world.untilPublished(order.orderId, 3))[2]).toMatchObject({
        type: 'payment.refund_failed',
        payload: { refundId, amount: eur(1_000), reason: 'lost_or_stolen_card' },
      });
      await tryAgain(refundId);
      const published = await world.untilPublished(order.orderId, 4);
      expect(published.map(({ type }) => type)).toEqual([
        'payment.captured',
        'payment.refunded',
        'payment.refund_failed',
        'payment.refunded',
      ]);
      expect(refundsOf(refundId).map(({ status }) => status)).toEqual(['failed', 'succeeded']);
    },
  );

  // Stripe sends notices in any order, each with the refund as it was when the notice was made.
  it.each(['succeeded', 'pending'])('that failed ignores a late notice that says %s', async (status) => {
    const order = await paidOrder();
    const refundId = randomUUID();
    await world.publish(order.refund(refundId));
    await world.untilPublished(order.orderId, 2);
    const [refund] = refundsOf(refundId);
    if (!refund) throw new Error('Stripe has no refund');
    refund.status = 'failed';
    await notify('refund.failed', refund).expect(204);
    await world.untilPublished(order.orderId, 3);
    await notify('refund.created', { ...refund, status }).expect(204);
    expect(await rowOf(refundId, `status = 'pending' AND reference IS NULL`)).toBe(1);
    await tryAgain(refundId);
    await world.untilPublished(order.orderId, 4);
    expect(await publishedTypes(order.orderId)).toEqual([
      'payment.captured',
      'payment.refunded',
      'payment.refund_failed',
      'payment.refunded',
    ]);
    expect(refundsOf(refundId).map((each) => each.status)).toEqual(['failed', 'succeeded']);
  });

  it('that fails again after a look-up found its failure waits an hour as well', async () => {
    const order = await paidOrder();
    stripe.refundStatus = 'pending';
    const refundId = randomUUID();
    await world.publish(order.refund(refundId));
    (await refundOf(refundId)).status = 'failed';
    stripe.refundStatus = 'failed';
    await tryAgain(refundId);
    await waitFor(() => rowOf(refundId, `tries = 2 AND claimed_until > now() + interval '30 minutes'`), {
      what: 'the second failure to be recorded',
    });
    expect(refundsOf(refundId)).toHaveLength(2);
  });

  it('whose failure the look-up finds is not published by a late notice of its success', async () => {
    const order = await paidOrder();
    stripe.refundStatus = 'pending';
    const refundId = randomUUID();
    await world.publish(order.refund(refundId));
    const refund = await refundOf(refundId);
    refund.status = 'failed';
    await tryAgain(refundId);
    const second = await waitFor(() => refundsOf(refundId)[1], { what: 'the second refund at Stripe' });
    await waitFor(() => rowOf(refundId, `reference = '${second.id}'`), { what: 'the second reference' });
    await notify('refund.created', { ...refund, status: 'succeeded' }).expect(204);
    expect(await rowOf(refundId, `status = 'pending' AND reference = '${second.id}'`)).toBe(1);
    second.status = 'succeeded';
    await notify('refund.updated', second).expect(204);
    await world.untilPublished(order.orderId, 2);
    expect(await publishedTypes(order.orderId)).toEqual(['payment.captured', 'payment.refunded']);
    expect(await rowOf(refundId, `status = 'succeeded' AND reference = '${second.id}'`)).toBe(1);
  });
});
