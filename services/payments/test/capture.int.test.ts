import { randomUUID } from 'node:crypto';
import { waitFor } from '@bramble/test-kit/wait-for';
import { anOrder, eur, startWorld, type World } from './builders';

let world: World;
/** Orders with cards that take seconds, asked for at the beginning so that the tests wait for them together. */
const slow = { timeout: anOrder(), slow: anOrder(), released: anOrder(), refunded: anOrder() };
beforeAll(async () => {
  world = await startWorld();
  await world.publish(
    slow.timeout.pay('tok_timeout'),
    slow.slow.pay('tok_slow'),
    slow.released.pay('tok_slow'),
    slow.refunded.pay('tok_slow'),
    slow.refunded.refund(randomUUID()),
  );
});
afterAll(() => world.close());

const charges = async (orderId: string) =>
  (await world.sql.query('SELECT key, captured FROM sandbox_charges WHERE key LIKE $1', [`${orderId}:%`]))
    .rows;

describe('a capture', () => {
  it('a good card pays', async () => {
    const order = anOrder({ amount: 1_234 });
    await world.publish(order.pay('tok_visa'));
    const [published] = await world.untilPublished(order.orderId);
    expect(published).toMatchObject({
      type: 'payment.captured',
      payload: { orderId: order.orderId, attempt: 1, amount: eur(1_234) },
    });
  });

  it('a declined card is published with its reason, and another card pays', async () => {
    const order = anOrder();
    await world.publish(order.pay('tok_declined'));
    const [declined] = await world.untilPublished(order.orderId);
    expect(declined).toMatchObject({
      type: 'payment.declined',
      payload: { attempt: 1, reason: 'card_declined' },
    });
    await world.publish(order.pay('tok_visa', 2));
    const [, captured] = await world.untilPublished(order.orderId, 2);
    expect(captured).toMatchObject({ type: 'payment.captured', payload: { attempt: 2 } });
  });

  it('an order that costs nothing is paid without a call of the provider', async () => {
    const order = anOrder({ amount: 0 });
    await world.publish(order.pay('tok_declined'));
    expect((await world.untilPublished(order.orderId))[0]).toMatchObject({
      type: 'payment.captured',
      payload: { attempt: 1, amount: eur(0) },
    });
    expect(await charges(order.orderId)).toEqual([]);
  });

  it.each(['tok_nonsense', 'constructor'])('the card %s, which nobody knows, is declined', async (token) => {
    const order = anOrder();
    await world.publish(order.pay(token));
    expect((await world.untilPublished(order.orderId))[0]).toMatchObject({
      type: 'payment.declined',
      payload: { reason: 'unknown_card' },
    });
  });

  it('a request that is sent again gets the recorded outcome and no second charge', async () => {
    const order = anOrder();
    const request = order.pay('tok_visa');
    await world.publish(request);
    await world.untilPublished(order.orderId);
    await world.publish(request, order.pay('tok_visa'));
    const published = await world.untilPublished(order.orderId, 2);
    expect(published.map(({ type }) => type)).toEqual(['payment.captured', 'payment.captured']);
    expect(published[1]?.payload).toEqual(published[0]?.payload);
    expect(await charges(order.orderId)).toHaveLength(1);
  });

  it('a released order takes no capture, known or not', async () => {
    const known = anOrder();
    const unknown = anOrder();
    await world.publish(known.pay('tok_visa'), known.release(), unknown.release());
    await world.untilPublished(known.orderId);
    await world.publish(unknown.pay('tok_visa'));
    for (const { orderId } of [known, unknown]) {
      const [published] = await world.untilPublished(orderId);
      expect(published).toMatchObject({ type: 'payment.declined', payload: { reason: 'order_released' } });
      expect(await charges(orderId)).toEqual([]);
    }
  });

  it('a release is answered with what became of each attempt, however often it comes', async () => {
    const order = anOrder();
    await world.publish(order.pay('tok_declined'));
    await world.untilPublished(order.orderId);
    await world.publish(order.pay('tok_visa', 2));
    await world.untilPublished(order.orderId, 2);
    await world.publish(order.release(2));
    await world.untilPublished(order.orderId, 4);
    await world.publish(order.release(2));
    const published = await world.untilPublished(order.orderId, 6);
    expect(published.map(({ type, payload }) => [type, payload['attempt']])).toEqual(
      Array(3)
        .fill([
          ['payment.declined', 1],
          ['payment.captured', 2],
        ])
        .flat(),
    );
  });

  it('a release whose payment request never came is answered as declined, and the request is too', async () => {
    const order = anOrder();
    await world.publish(order.release(1));
    expect((await world.untilPublished(order.orderId))[0]).toMatchObject({
      type: 'payment.declined',
      payload: { attempt: 1, reason: 'order_released' },
    });
    await world.publish(order.pay('tok_visa'));
    expect((await world.untilPublished(order.orderId, 2))[1]).toMatchObject({
      type: 'payment.declined',
      payload: { attempt: 1, reason: 'order_released' },
    });
    expect(await charges(order.orderId)).toEqual([]);
  });

  it('a capture that is under way when its order is released settles and is published', async () => {
    const { orderId } = slow.released;
    await waitFor(async () => {
      const { rows } = await world.sql.query('SELECT tries FROM payment_attempts WHERE order_id = $1', [
        orderId,
      ]);
      return rows[0]?.tries === 1;
    });
    await world.publish(slow.released.release());
    expect((await world.untilPublished(orderId))[0]).toMatchObject({ type: 'payment.captured' });
  });

  it('an order is never captured twice, whatever is asked', async () => {
    const order = anOrder();
    await world.publish(order.pay('tok_visa'), order.pay('tok_visa', 2), order.pay('tok_visa', 3));
    const published = await world.untilPublished(order.orderId, 3);
    expect(published.filter(({ type }) => type === 'payment.captured')).toHaveLength(1);
    expect((await charges(order.orderId)).filter(({ captured }) => captured)).toHaveLength(1);
  });

  it('an attempt that a killed process left behind is taken over with the same key', async () => {
    const order = anOrder();
    const key = `${order.orderId}:capture:1`;
    await world.sql.query(
      `INSERT INTO sandbox_charges (key, amount, currency, token, captured) VALUES ($1, 1000, 'EUR', 'tok_visa', true)`,
      [key],
    );
    await world.sql.query(
      `INSERT INTO payment_attempts (id, order_id, user_id, attempt, key, amount, currency, token, tries, claimed_until, correlation_id, traceparent)
       VALUES ($1, $2, $3, 1, $4, 1000, 'EUR', 'tok_visa', 1, now() - interval '1 second', 'killed', '')`,
      [randomUUID(), order.orderId, order.userId, key],
    );
    expect((await world.untilPublished(order.orderId))[0]).toMatchObject({
      type: 'payment.captured',
      payload: { attempt: 1 },
    });
    expect(await charges(order.orderId)).toHaveLength(1);
  });

  it('an attempt that a killed process left behind is not charged once its order is released', async () => {
    const order = anOrder();
    await world.publish(order.release());
    await waitFor(
      async () =>
        (await world.sql.query('SELECT 1 FROM released_orders WHERE order_id = $1', [order.orderId]))
          .rowCount,
    );
    await world.sql.query(
      `INSERT INTO payment_attempts (id, order_id, user_id, attempt, key, amount, currency, token, tries, claimed_until, correlation_id, traceparent)
       VALUES ($1, $2, $3, 1, $4, 1000, 'EUR', 'tok_visa', 1, now() - interval '1 second', 'killed', '')`,
      [randomUUID(), order.orderId, order.userId, `${order.orderId}:capture:1`],
    );
    expect((await world.untilPublished(order.orderId))[0]).toMatchObject({
      type: 'payment.declined',
      payload: { attempt: 1, reason: 'order_released' },
    });
    expect((await charges(order.orderId)).filter(({ captured }) => captured)).toEqual([]);
  });

  it('hundreds of orders at once are paid, each once', async () => {
    const orders = Array.from({ length: 600 }, () => anOrder());
    const start = Date.now();
    await world.publish(...orders.map((order) => order.pay('tok_visa')));
    const ids = new Set(orders.map(({ orderId }) => orderId));
    const paid = await waitFor(
      async () => {
        const { rows } = await world.sql.query(
          `SELECT count(*)::int AS n FROM payment_attempts WHERE status = 'succeeded' AND order_id = ANY($1)`,
          [[...ids]],
        );
        return rows[0].n === ids.size && Date.now() - start;
      },
      { timeout: 20_000 },
    );
    expect(paid).toBeLessThan(10_000);
    await waitFor(async () => (await world.redis.xlen('payments_stream')) >= 600);
  });

  it('a charge whose reply never comes is found by its key within 10 s, charged once', async () => {
    const { orderId } = slow.timeout;
    expect((await world.untilPublished(orderId))[0]).toMatchObject({ type: 'payment.captured' });
    const { rows } = await world.sql.query(
      'SELECT extract(epoch FROM settled_at - created_at)::float8 AS seconds FROM payment_attempts WHERE order_id = $1',
      [orderId],
    );
    expect(rows[0].seconds).toBeGreaterThan(5.9);
    expect(rows[0].seconds).toBeLessThan(10);
    expect(await charges(orderId)).toEqual([{ key: `${orderId}:capture:1`, captured: true }]);
  });

  it('a slow provider is waited for', async () => {
    expect((await world.untilPublished(slow.slow.orderId))[0]).toMatchObject({ type: 'payment.captured' });
  });

  it('every call of the provider is counted by its outcome', async () => {
    const text = await (await fetch(`${world.payments.opsUrl}/metrics`)).text();
    const counted = (outcome: string) =>
      Number(
        text
          .split('\n')
          .find(
            (line) =>
              line.includes('bramble_payment_attempts_total{') &&
              line.includes(`operation="capture",outcome="${outcome}"`),
          )
          ?.split(' ')[1],
      );
    expect(counted('succeeded')).toBeGreaterThanOrEqual(600);
    expect(counted('declined')).toBeGreaterThanOrEqual(2);
    expect(counted('timeout')).toBe(1);
    expect(text).toMatch(/bramble_payments_unsettled\{[^}]*operation="refund"[^}]*\} \d/);
  });
});

describe('a refund', () => {
  const paidOrder = async (amount = 1_000) => {
    const order = anOrder({ amount });
    await world.publish(order.pay('tok_visa'));
    await world.untilPublished(order.orderId);
    return order;
  };
  const refunded = async (orderId: string) =>
    (
      await world.sql.query(
        `SELECT key, amount::int FROM sandbox_refunds WHERE charge_key LIKE $1 ORDER BY created_at`,
        [`${orderId}:%`],
      )
    ).rows;

  it('gives the money back once, however often it is asked for', async () => {
    const order = await paidOrder();
    const refundId = randomUUID();
    const request = order.refund(refundId);
    await world.publish(request, order.refund(refundId));
    expect((await world.untilPublished(order.orderId, 2))[1]).toMatchObject({
      type: 'payment.refunded',
      payload: { orderId: order.orderId, refundId, amount: eur(1_000) },
    });
    await world.publish(request, order.refund(refundId));
    const published = await world.untilPublished(order.orderId, 3);
    expect(published[2]?.payload).toEqual(published[1]?.payload);
    expect(await refunded(order.orderId)).toEqual([{ key: refundId, amount: 1_000 }]);
  });

  it('two partial refunds add up', async () => {
    const order = await paidOrder(900);
    const [first, second] = [randomUUID(), randomUUID()];
    await world.publish(order.refund(first, 300), order.refund(second, 600));
    await world.untilPublished(order.orderId, 3);
    expect((await refunded(order.orderId)).map(({ amount }) => amount).sort()).toEqual([300, 600]);
  });

  it('one that is asked for before its capture is settled waits for it', async () => {
    const published = await world.untilPublished(slow.refunded.orderId, 2);
    expect(published.map(({ type }) => type)).toEqual(['payment.captured', 'payment.refunded']);
  });
});
