import { randomUUID } from 'node:crypto';
import { waitFor } from '@bramble/test-kit/wait-for';
import { anOrder, eur, startWorld, type World } from './builders';
import type { FakeStripe } from './fake-stripe';
import { startStripeWorld, type StripeWorld } from './stripe-world';

/** Removes what payments knows of an order and notes the time, as a restore of an older archive does. */
async function forget(world: World, orderId: string): Promise<void> {
  await remove(world, orderId);
  await world.sql.query('UPDATE charge_checks SET restored_at = now()');
}
async function remove(world: World, orderId: string): Promise<void> {
  await world.sql.query('DELETE FROM refunds WHERE order_id = $1', [orderId]);
  await world.sql.query('DELETE FROM payment_attempts WHERE order_id = $1', [orderId]);
}
const attemptsOf = async (world: World, orderId: string) =>
  (await world.sql.query('SELECT status, amount::int FROM payment_attempts WHERE order_id = $1', [orderId]))
    .rows;
const sandboxRefunds = async (world: World, orderId: string) =>
  (
    await world.sql.query<{ amount: number }>(
      `SELECT amount::int FROM sandbox_refunds WHERE charge_key LIKE $1 || ':%' ORDER BY created_at`,
      [orderId],
    )
  ).rows.map(({ amount }) => amount);
const checkedUntil = async (world: World) =>
  (await world.sql.query<{ at: Date }>('SELECT checked_until AS at FROM charge_checks')).rows[0]?.at;

/** Gives all money of an order back, lets payments forget the refund, and asks for another one. */
async function refundTwice(world: World): Promise<void> {
  const order = anOrder();
  await world.publish(order.pay('tok_visa'), order.refund(randomUUID()));
  await world.untilPublished(order.orderId, 2);
  await world.sql.query('DELETE FROM refunds WHERE order_id = $1', [order.orderId]);
  const refundId = randomUUID();
  await world.publish(order.refund(refundId));
  expect((await world.untilPublished(order.orderId, 3))[2]).toMatchObject({
    type: 'payment.refunded',
    payload: { refundId },
  });
}

/** Gives a part of an order's money back, lets payments forget, and asks for all of the money. */
async function refundAllAfterPart(
  world: World,
  forgetPart: (orderId: string) => Promise<unknown>,
): Promise<string> {
  const order = anOrder();
  await world.publish(order.pay('tok_visa'), order.refund(randomUUID(), 300));
  await world.untilPublished(order.orderId, 2);
  await forgetPart(order.orderId);
  const { length } = await world.published(order.orderId);
  const refundId = randomUUID();
  await world.publish(order.refund(refundId));
  const published = await world.untilPublished(order.orderId, length + 1);
  expect(published.at(-1)).toMatchObject({
    type: 'payment.refunded',
    payload: { refundId, amount: eur(1_000) },
  });
  return order.orderId;
}
const forgetRefunds = (world: World) => (orderId: string) =>
  world.sql.query('DELETE FROM refunds WHERE order_id = $1', [orderId]);

describe('captures that a restore made unknown', () => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld();
  });
  afterAll(() => world.close());

  it('are published again at the next start, and can be refunded', async () => {
    const order = anOrder({ amount: 1_200 });
    await world.publish(order.pay('tok_visa'));
    await world.untilPublished(order.orderId);
    await forget(world, order.orderId);
    const again = await world.startPayments();
    const published = await world.untilPublished(order.orderId, 2);
    expect(published[1]).toMatchObject({
      type: 'payment.captured',
      payload: { orderId: order.orderId, attempt: 1, amount: eur(1_200) },
    });
    await world.publish(order.refund(randomUUID()));
    expect((await world.untilPublished(order.orderId, 3))[2]).toMatchObject({ type: 'payment.refunded' });
    await again.stop();
  });

  it('are published also for an order that was released without its capture', async () => {
    const order = anOrder();
    await world.publish(order.pay('tok_visa'));
    await world.untilPublished(order.orderId);
    await forget(world, order.orderId);
    await world.publish(order.release(1));
    expect((await world.untilPublished(order.orderId, 2))[1]).toMatchObject({ type: 'payment.declined' });
    const again = await world.startPayments();
    expect((await world.untilPublished(order.orderId, 3))[2]).toMatchObject({ type: 'payment.captured' });
    await again.stop();
  });

  it('are refunded only once when the restore made the refund unknown', () => refundTwice(world));

  it('are refunded as far as the provider did not when the restore made a partial refund unknown', async () => {
    const orderId = await refundAllAfterPart(world, forgetRefunds(world));
    expect(await sandboxRefunds(world, orderId)).toEqual([300, 700]);
  });

  it('are published whole when a part of them was refunded, and the rest can be refunded', async () => {
    const orderId = await refundAllAfterPart(world, async (id) => {
      await forget(world, id);
      const again = await world.startPayments();
      expect((await world.untilPublished(id, 3))[2]).toMatchObject({
        type: 'payment.captured',
        payload: { amount: eur(1_000) },
      });
      await again.stop();
    });
    expect(await sandboxRefunds(world, orderId)).toEqual([300, 700]);
  });

  it('are left alone when they are younger than the restore, since another shop may have made them', async () => {
    const [lost, foreign] = [anOrder(), anOrder()];
    for (const { orderId, pay } of [lost, foreign]) {
      await world.publish(pay('tok_visa'));
      await world.untilPublished(orderId);
      await forget(world, orderId);
    }
    await world.sql.query(
      `UPDATE sandbox_charges SET created_at = now() + interval '10 minutes' WHERE key LIKE $1 || ':%'`,
      [foreign.orderId],
    );
    const again = await world.startPayments();
    await world.untilPublished(lost.orderId, 2);
    await again.stop();
    expect(await attemptsOf(world, foreign.orderId)).toEqual([]);
  });

  it('are left alone in a shop that no restore changed', async () => {
    const order = anOrder();
    await world.publish(order.pay('tok_visa'));
    await world.untilPublished(order.orderId);
    await remove(world, order.orderId);
    await world.sql.query('UPDATE charge_checks SET restored_at = NULL');
    const before = await checkedUntil(world);
    const again = await world.startPayments();
    await waitFor(async () => Number(await checkedUntil(world)) > Number(before));
    await again.stop();
    expect(await attemptsOf(world, order.orderId)).toEqual([]);
  });

  it('are left alone when their money is back, and so are captures that payments knows', async () => {
    const [refunded, known] = [anOrder(), anOrder()];
    await world.publish(refunded.pay('tok_visa'), known.pay('tok_visa'), refunded.refund(randomUUID()));
    await world.untilPublished(refunded.orderId, 2);
    await world.untilPublished(known.orderId);
    await forget(world, refunded.orderId);
    const before = await checkedUntil(world);
    const again = await world.startPayments();
    await waitFor(async () => Number(await checkedUntil(world)) > Number(before));
    await again.stop();
    expect(await attemptsOf(world, refunded.orderId)).toEqual([]);
    expect(await attemptsOf(world, known.orderId)).toEqual([{ status: 'succeeded', amount: 1_000 }]);
  });
});

const refundsAtStripe = ({ intents, refunds }: FakeStripe, orderId: string) => {
  const own = intents.filter(({ metadata }) => metadata['orderId'] === orderId).map(({ id }) => id);
  return refunds.filter(({ payment_intent: of }) => own.includes(of)).map(({ amount }) => amount);
};

describe('captures at Stripe that a restore made unknown', () => {
  let stripeWorld: StripeWorld;
  beforeAll(async () => {
    stripeWorld = await startStripeWorld();
  });
  afterAll(() => stripeWorld.close());

  it('are published again with the id of their attempt', async () => {
    const { world } = stripeWorld;
    const order = anOrder({ amount: 1_300 });
    await world.publish(order.pay('tok_visa'));
    const [first] = await world.untilPublished(order.orderId);
    await forget(world, order.orderId);
    const again = await world.startPayments();
    const published = await world.untilPublished(order.orderId, 2);
    await again.stop();
    expect(published[1]?.payload).toEqual(first?.payload);
    expect(stripeWorld.stripe.intents.filter(({ status }) => status === 'succeeded')).toHaveLength(1);
  });

  it('are refunded only once when the restore made the refund unknown', async () => {
    const before = stripeWorld.stripe.refunds.length;
    await refundTwice(stripeWorld.world);
    expect(stripeWorld.stripe.refunds).toHaveLength(before + 1);
  });

  it('are refunded as far as Stripe did not when the restore made a partial refund unknown', async () => {
    const { world, stripe } = stripeWorld;
    const orderId = await refundAllAfterPart(world, forgetRefunds(world));
    expect(refundsAtStripe(stripe, orderId)).toEqual([300, 700]);
  });

  it('get the rest of a refund also when Stripe refused the whole of it before', async () => {
    const { world, stripe } = stripeWorld;
    const order = anOrder();
    await world.publish(order.pay('tok_visa'));
    await world.untilPublished(order.orderId);
    const [intent] = stripe.intents.filter(({ metadata }) => metadata['orderId'] === order.orderId);
    if (!intent) throw new Error('Stripe has no intent');
    const part = { amount: 300, payment_intent: intent.id, status: 'succeeded', metadata: {} };
    // Somebody refunds a part between the look-up of refunds and the refund.
    stripe.beforeReply = (call) => {
      if (call === 'GET /v1/refunds' && refundsAtStripe(stripe, order.orderId).length === 0)
        stripe.refunds.push({ id: 're_by_hand', object: 'refund', ...part });
      return undefined;
    };
    const refundId = randomUUID();
    await world.publish(order.refund(refundId));
    expect((await world.untilPublished(order.orderId, 2))[1]).toMatchObject({ type: 'payment.refunded' });
    stripe.beforeReply = () => undefined;
    expect(refundsAtStripe(stripe, order.orderId)).toEqual([300, 700]);
  });

  it('are left alone when another shop with the same account made them', async () => {
    const { world, stripe } = stripeWorld;
    const order = anOrder();
    await world.publish(order.pay('tok_visa'));
    await world.untilPublished(order.orderId);
    for (const { metadata } of stripe.intents)
      if (metadata['orderId'] === order.orderId) metadata['shopId'] = randomUUID();
    await forget(world, order.orderId);
    const before = await checkedUntil(world);
    const again = await world.startPayments();
    await waitFor(async () => Number(await checkedUntil(world)) > Number(before));
    await again.stop();
    expect(await attemptsOf(world, order.orderId)).toEqual([]);
  });
});
