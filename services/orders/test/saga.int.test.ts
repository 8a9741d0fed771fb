import { randomUUID } from 'node:crypto';
import { agentAs, userWith } from '@bramble/test-kit/agent';
import { eventOf } from '@bramble/test-kit/events';
import { waitFor } from '@bramble/test-kit/wait-for';
import { openShop, type Shop } from './shop';

describe('the saga, with catalog, payments and delivery played by the test', () => {
  let shop: Shop;
  let product: string;
  const buyer = userWith('customer');
  const admin = userWith('customer', 'admin');
  const untilNothingIsDue = (id: string) =>
    waitFor(
      async () =>
        (await shop.sql.query('SELECT 1 FROM orders WHERE id = $1 AND due_at IS NULL', [id])).rowCount,
      { what: 'nothing to be sent again' },
    );
  const statuses = (order: { timeline: { status: string }[] }) => order.timeline.map(({ status }) => status);

  beforeAll(async () => {
    shop = await openShop();
    product = await shop.product();
  });
  afterAll(() => shop.close());

  it('goes from PENDING to COMPLETED and tells each step', async () => {
    const placed = await shop.place(buyer, product, 2);
    expect(placed).toMatchObject({
      status: 'PENDING',
      payment: { status: 'none', attempts: 0 },
      items: [{ productId: product, quantity: 2, lineTotal: { amount: 1000, currency: 'EUR' } }],
    });
    const done = await shop.bring(buyer, placed, 'COMPLETED');
    expect(statuses(done)).toEqual(['PENDING', 'RESERVED', 'PAID', 'SHIPPED', 'COMPLETED']);
    expect(done.payment).toEqual({ status: 'captured', attempts: 1 });
    await shop.untilPublished(placed.id, 'order.completed');
    expect((await shop.published(placed.id)).map(({ type }) => type)).toEqual([
      'order.placed',
      'payment.requested',
      'order.paid',
      'order.shipped',
      'order.completed',
    ]);
  });

  it('fails an order that catalog cannot serve', async () => {
    const placed = await shop.place(buyer, product);
    await shop.publish(eventOf('stock.rejected', { orderId: placed.id, productIds: [product] }));
    const failed = await shop.until(buyer, placed.id, ({ status }) => status === 'FAILED');
    expect(failed.failureReason).toBe('out_of_stock');
    await shop.untilPublished(placed.id, 'order.failed');
    expect(await shop.published(placed.id, 'order.released')).toEqual([]);
  });

  it('asks for the return of the discount of a failed order until it is confirmed', async () => {
    const discountCode = 'BACK';
    await agentAs(shop.payments, admin)
      .post('/api/discounts')
      .send({ code: discountCode, type: 'percent', value: 10 })
      .expect(201);
    const placed = await shop.place(buyer, product, 2, { discountCode });
    await shop.publish(eventOf('stock.rejected', { orderId: placed.id, productIds: [product] }));
    await shop.until(buyer, placed.id, ({ status }) => status === 'FAILED');
    await shop.untilPublished(placed.id, 'order.discount_return_requested');
    await shop.age(placed.id, 31);
    await shop.untilPublished(placed.id, 'order.discount_return_requested', 2);
    await shop.publish(eventOf('discount.returned', { orderId: placed.id }));
    await untilNothingIsDue(placed.id);
  });

  it('asks for another card after a decline, and never while a payment is under way', async () => {
    const placed = await shop.place(buyer, product);
    await shop.bring(buyer, placed, 'RESERVED');
    const checkout = (token: string, key: string = randomUUID()) =>
      shop
        .agent(buyer)
        .post('/api/payments/checkout')
        .set('Idempotency-Key', key)
        .send({ orderId: placed.id, paymentMethod: { token } });
    const early = await checkout('tok_visa').expect(409);
    expect(early.body).toMatchObject({ code: 'payment_in_progress' });

    await shop.decline(placed);
    await shop.until(buyer, placed.id, ({ payment }) => payment.status === 'declined');
    const key = randomUUID();
    const again = await checkout('tok_other', key).expect(202);
    expect(again.body).toMatchObject({ order: { payment: { status: 'pending', attempts: 2 } } });
    expect((await checkout('tok_other', key).expect(202)).body).toEqual(again.body);
    const requests = await shop.untilPublished(placed.id, 'payment.requested', 2);
    expect(requests.map(({ payload }) => [payload['attempt'], payload['paymentMethod']])).toEqual([
      [1, { token: 'tok_visa' }],
      [2, { token: 'tok_other' }],
    ]);
    await shop.capture({ ...placed, payment: { status: 'pending', attempts: 2 } });
    await shop.until(buyer, placed.id, ({ status }) => status === 'PAID');
    expect((await checkout('tok_visa').expect(409)).body).toMatchObject({ code: 'order_not_payable' });
  });

  it('fails an order whose time is up, and refunds the money that comes after all', async () => {
    const placed = await shop.place(buyer, product);
    await shop.bring(buyer, placed, 'RESERVED');
    await shop.decline(placed);
    await shop.until(buyer, placed.id, ({ payment }) => payment.status === 'declined');
    await shop.age(placed.id, 601);
    const failed = await shop.until(buyer, placed.id, ({ status }) => status === 'FAILED');
    expect(failed.failureReason).toBe('payment_expired');
    await shop.untilPublished(placed.id, 'order.released');

    await shop.capture(placed);
    const [refund] = await shop.untilPublished(placed.id, 'order.refund_requested');
    expect(refund?.payload['amount']).toEqual(placed.totals.total);
    expect((await shop.order(buyer, placed.id)).payment.status).toBe('refunding');
    await shop.publish(
      eventOf('payment.refunded', {
        orderId: placed.id,
        refundId: String(refund?.payload['refundId']),
        amount: placed.totals.total,
      }),
    );
    const refunded = await shop.until(buyer, placed.id, ({ payment }) => payment.status === 'refunded');
    expect(refunded).toMatchObject({ status: 'FAILED', totals: { refunded: placed.totals.total } });
  });

  it('asks what became of a capture after the order failed, until it is answered, and refunds the money', async () => {
    const placed = await shop.place(buyer, product);
    await shop.bring(buyer, placed, 'RESERVED');
    await shop.age(placed.id, 640);
    await shop.until(buyer, placed.id, ({ status }) => status === 'FAILED');
    // Payments captured, but its event was lost; the two other services confirm the release.
    await shop.publish(
      eventOf('stock.released', { orderId: placed.id }),
      eventOf('delivery.stopped', { orderId: placed.id }),
    );
    const obligations = async () =>
      (
        await shop.sql.query<{ kinds: string[] }>(
          `SELECT ARRAY(SELECT jsonb_array_elements(obligations) ->> 'kind') AS kinds FROM orders WHERE id = $1`,
          [placed.id],
        )
      ).rows[0]?.kinds;
    await waitFor(obligations, {
      until: (kinds) => kinds?.length === 1 && kinds[0] === 'void',
      what: 'the confirmations',
    });

    await shop.age(placed.id, 31);
    const releases = await shop.untilPublished(placed.id, 'order.released', 2);
    expect(releases.map(({ payload }) => payload['attempt'])).toEqual([1, 1]);
    await shop.capture(placed);
    const [refund] = await shop.untilPublished(placed.id, 'order.refund_requested');
    expect(refund?.payload['amount']).toEqual(placed.totals.total);
    await shop.publish(
      eventOf('payment.refunded', {
        orderId: placed.id,
        refundId: String(refund?.payload['refundId']),
        amount: placed.totals.total,
      }),
    );
    await waitFor(obligations, { until: (kinds) => kinds?.length === 0, what: 'no obligation' });
  });

  it('waits for an unsettled capture 30 seconds past the deadline', async () => {
    const placed = await shop.place(buyer, product);
    await shop.bring(buyer, placed, 'RESERVED');
    await shop.age(placed.id, 610);
    await shop.untilPublished(placed.id, 'payment.requested', 2);
    expect((await shop.order(buyer, placed.id)).status).toBe('RESERVED');
    await shop.age(placed.id, 30);
    await shop.until(buyer, placed.id, ({ status }) => status === 'FAILED');
  });

  it('cancels from PENDING, RESERVED and PAID, gives the money back, and refuses once it is shipped', async () => {
    const cancel = (id: string) => shop.agent(buyer).post(`/api/orders/${id}/cancel`);
    const pending = await shop.place(buyer, product);
    expect((await cancel(pending.id).expect(200)).body).toMatchObject({ order: { status: 'CANCELLED' } });
    await shop.reserve(pending.id);
    await shop.untilPublished(pending.id, 'order.released', 2);

    const paid = await shop.place(buyer, product);
    await shop.bring(buyer, paid, 'PAID');
    const cancelled = await cancel(paid.id).expect(200);
    expect(cancelled.body).toMatchObject({
      order: {
        status: 'CANCELLED',
        payment: { status: 'refunding' },
        totals: { refunded: paid.totals.total },
      },
    });
    expect((await cancel(paid.id).expect(200)).body).toMatchObject({ order: { status: 'CANCELLED' } });
    const [released] = await shop.untilPublished(paid.id, 'order.released');
    expect(released?.payload).toEqual({ orderId: paid.id, restock: true });
    expect(await shop.untilPublished(paid.id, 'order.refund_requested')).toHaveLength(1);

    const shipped = await shop.place(buyer, product);
    await shop.bring(buyer, shipped, 'SHIPPED');
    expect((await cancel(shipped.id).expect(409)).body).toMatchObject({ code: 'order_not_cancellable' });
  });

  it('refunds a capture that races with the cancellation, whichever commits first', async () => {
    for (let round = 0; round < 5; round++) {
      const placed = await shop.place(buyer, product);
      await shop.bring(buyer, placed, 'RESERVED');
      await Promise.all([
        shop.capture(placed),
        shop.agent(buyer).post(`/api/orders/${placed.id}/cancel`).expect(200),
      ]);
      await shop.until(buyer, placed.id, ({ payment }) => payment.status === 'refunding');
      const asked = await shop.untilPublished(placed.id, 'order.refund_requested');
      expect(asked.map(({ payload }) => payload['amount'])).toEqual([placed.totals.total]);
    }
  });

  it('refunds in part and in full, and never more than was paid', async () => {
    const placed = await shop.place(buyer, product, 4);
    const paid = await shop.bring(buyer, placed, 'PAID');
    const refund = (body: object, key: string = randomUUID(), who = admin) =>
      shop.agent(who).post(`/api/orders/${placed.id}/refund`).set('Idempotency-Key', key).send(body);
    await refund({}, randomUUID(), buyer).expect(403);
    const key = randomUUID();
    const part = await refund({ amount: { amount: 300, currency: 'EUR' }, reason: 'bruised' }, key).expect(
      200,
    );
    expect(part.body).toMatchObject({ order: { status: 'PAID', totals: { refunded: { amount: 300 } } } });
    const repeated = await refund(
      { amount: { amount: 300, currency: 'EUR' }, reason: 'bruised' },
      key,
    ).expect(200);
    expect(repeated.body).toEqual(part.body);
    expect((await refund({ amount: { amount: 301, currency: 'EUR' } }, key).expect(422)).body).toMatchObject({
      code: 'idempotency_key_reused',
    });
    const tooMuch = { amount: { amount: paid.totals.total.amount - 299, currency: 'EUR' } };
    expect((await refund(tooMuch).expect(409)).body).toMatchObject({ code: 'refund_too_large' });
    expect((await refund({ amount: { amount: 1, currency: 'USD' } }).expect(400)).body).toMatchObject({
      code: 'currency_mismatch',
    });

    const rest = await refund({ restock: true }).expect(200);
    expect(rest.body).toMatchObject({
      order: { status: 'REFUNDED', totals: { refunded: paid.totals.total } },
    });
    const [released] = await shop.untilPublished(placed.id, 'order.released');
    expect(released?.payload['restock']).toBe(true);
    expect((await refund({}).expect(409)).body).toMatchObject({ code: 'order_not_refundable' });
    const facts = await shop.untilPublished(placed.id, 'order.refunded', 2);
    expect(facts.map(({ payload }) => payload['full'])).toEqual([false, true]);
  });

  it('gives the money back once when two admins refund at the same moment, and the parts of two others', async () => {
    const refund = (id: string, body: object) =>
      shop.agent(admin).post(`/api/orders/${id}/refund`).set('Idempotency-Key', randomUUID()).send(body);
    const whole = await shop.place(buyer, product);
    await shop.bring(buyer, whole, 'PAID');
    const answers = await Promise.all([1, 2, 3].map(() => refund(whole.id, {})));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409]);
    const asked = await shop.untilPublished(whole.id, 'order.refund_requested');
    expect(asked.map(({ payload }) => payload['amount'])).toEqual([whole.totals.total]);

    const parts = await shop.place(buyer, product, 2);
    await shop.bring(buyer, parts, 'PAID');
    const most = { amount: { amount: parts.totals.total.amount - 1, currency: 'EUR' } };
    const both = await Promise.all([refund(parts.id, most), refund(parts.id, most)]);
    expect(both.map(({ status }) => status).sort()).toEqual([200, 409]);
    expect((await shop.order(admin, parts.id)).totals.refunded).toEqual(most.amount);
  });

  it('sends again what nobody confirmed, until it is confirmed', async () => {
    const placed = await shop.place(buyer, product);
    await shop.bring(buyer, placed, 'PAID');
    await shop.age(placed.id, 31);
    await shop.untilPublished(placed.id, 'order.paid', 2);
    await shop.publish(
      eventOf('stock.committed', { orderId: placed.id }),
      eventOf('delivery.started', { orderId: placed.id }),
    );
    await untilNothingIsDue(placed.id);
    const [first, second] = await shop.published(placed.id, 'order.paid');
    expect(first?.id).not.toBe(second?.id);
    expect(second?.correlationId).toBe((await shop.published(placed.id, 'order.placed'))[0]?.correlationId);
  });

  it('changes nothing when whole streams are replayed', async () => {
    const placed = await shop.place(buyer, product);
    const { id } = await shop.reserve(placed.id);
    await shop.until(buyer, placed.id, ({ status }) => status === 'RESERVED');
    await shop.publish(eventOf('stock.reserved', { orderId: placed.id }, { id }));
    await shop.bring(buyer, { ...placed }, 'PAID');
    const order = await shop.order(buyer, placed.id);
    expect(statuses(order)).toEqual(['PENDING', 'RESERVED', 'PAID']);
    expect(await shop.published(placed.id, 'payment.requested')).toHaveLength(1);
  });

  it('puts off an event that comes too early until its time has come', async () => {
    const placed = await shop.place(buyer, product);
    await shop.bring(buyer, placed, 'RESERVED');
    await shop.publish(eventOf('delivery.shipped', { orderId: placed.id }));
    await shop.capture(placed);
    const done = await shop.until(buyer, placed.id, ({ status }) => status === 'SHIPPED');
    expect(statuses(done)).toEqual(['PENDING', 'RESERVED', 'PAID', 'SHIPPED']);
  });
});
