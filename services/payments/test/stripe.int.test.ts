import { randomUUID } from 'node:crypto';
import { agentAs, anonymous } from '@bramble/test-kit/agent';
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
afterEach(() => {
  stripe.beforeReply = () => undefined;
  stripe.cut.clear();
  stripe.away = false;
});
afterAll(() => close());

const CREATE = 'POST /v1/payment_intents';
const intentsOf = (orderId: string) =>
  stripe.intents.filter(({ metadata }) => metadata['orderId'] === orderId);
const intentOf = (orderId: string) => {
  const [intent] = intentsOf(orderId);
  if (!intent) throw new Error('Stripe has no intent of this order');
  return intent;
};

describe('Stripe', () => {
  it('authorises, captures and is published in its own currency and units', async () => {
    const order = anOrder({ amount: 4_321 });
    await world.publish(order.pay('tok_visa'));
    expect((await world.untilPublished(order.orderId))[0]).toMatchObject({
      type: 'payment.captured',
      payload: { amount: eur(4_321) },
    });
    expect(intentsOf(order.orderId)).toMatchObject([{ status: 'succeeded', amount: 4_321, currency: 'eur' }]);
  });

  it.each([
    ['tok_chargeDeclined', 'insufficient_funds'],
    ['tok_gone', 'resource_missing'],
    ['tok_asks', 'authentication_required'],
  ])('a definite no to %s is published as a decline', async (token, reason) => {
    const order = anOrder();
    await world.publish(order.pay(token));
    expect((await world.untilPublished(order.orderId))[0]).toMatchObject({
      type: 'payment.declined',
      payload: { reason },
    });
  });

  it('an amount below the minimum of Stripe is waived, and the order is paid', async () => {
    const order = anOrder({ amount: 49 });
    await world.publish(order.pay('tok_visa'));
    expect((await world.untilPublished(order.orderId))[0]).toMatchObject({
      type: 'payment.captured',
      payload: { attempt: 1, amount: eur(0) },
    });
    expect(intentsOf(order.orderId)).toEqual([]);
  });

  it.each([CREATE, 'capture'])('a reply to %s that is cut off charges once', async (which) => {
    const order = anOrder();
    let cut = false;
    stripe.beforeReply = (call) => {
      if (!cut && (call === which || call.endsWith(`/${which}`))) {
        cut = true;
        stripe.cut.set(call, 1);
      }
      return undefined;
    };
    await world.publish(order.pay('tok_visa'));
    expect((await world.untilPublished(order.orderId))[0]?.type).toBe('payment.captured');
    expect(intentsOf(order.orderId)).toMatchObject([{ status: 'succeeded' }]);
  });

  describe('that is away until the order is released', () => {
    /** Asks for money, lets Stripe go away at `lastCall`, and releases the order while Stripe is away. */
    const releasedDuringOutage = async (lastCall?: (call: string) => boolean) => {
      const order = anOrder();
      stripe.away = lastCall === undefined;
      stripe.beforeReply = (call) => {
        if (lastCall?.(call)) {
          stripe.away = true;
          stripe.cut.set(call, 1);
        }
        return undefined;
      };
      await world.publish(order.pay('tok_visa'));
      const calls = stripe.calls.length;
      await waitFor(() => stripe.away && stripe.calls.length > calls + 2, { what: 'calls in vain' });
      await world.publish(order.release());
      await waitFor(
        async () =>
          (await world.sql.query('SELECT 1 FROM released_orders WHERE order_id = $1', [order.orderId]))
            .rowCount,
        { what: 'the release' },
      );
      // A round that began before the release makes at most one more call, so the second one is of a later round.
      const atRelease = stripe.calls.length;
      await waitFor(() => stripe.calls.length > atRelease + 1, {
        timeout: 25_000,
        what: 'a round after the release',
      });
      stripe.beforeReply = () => undefined;
      stripe.away = false;
      return order;
    };
    const released = { type: 'payment.declined', payload: { attempt: 1, reason: 'order_released' } };

    it('charges nothing when the request never reached Stripe', async () => {
      const { orderId } = await releasedDuringOutage();
      expect((await world.untilPublished(orderId))[0]).toMatchObject(released);
      expect(intentsOf(orderId)).toEqual([]);
    });

    it('cancels what was only authorised', async () => {
      const { orderId } = await releasedDuringOutage((call) => call === CREATE);
      expect((await world.untilPublished(orderId))[0]).toMatchObject(released);
      expect(intentsOf(orderId)).toMatchObject([{ status: 'canceled' }]);
    });

    it('tells what was captured before', async () => {
      const { orderId } = await releasedDuringOutage((call) => call.endsWith('/capture'));
      expect((await world.untilPublished(orderId))[0]).toMatchObject({ type: 'payment.captured' });
      expect(intentsOf(orderId)).toMatchObject([{ status: 'succeeded' }]);
    });
  });

  it('a refund is made once, also when its reply is cut off', async () => {
    const order = anOrder();
    await world.publish(order.pay('tok_visa'));
    await world.untilPublished(order.orderId);
    stripe.cut.set('POST /v1/refunds', 1);
    const refundId = randomUUID();
    await world.publish(order.refund(refundId, 400));
    expect((await world.untilPublished(order.orderId, 2))[1]).toMatchObject({
      type: 'payment.refunded',
      payload: { refundId, amount: eur(400) },
    });
    const { id } = intentOf(order.orderId);
    expect(stripe.refunds.filter(({ payment_intent: of }) => of === id)).toMatchObject([{ amount: 400 }]);
  });
});

describe('a notification of Stripe', () => {
  const capturedOnce = async (orderId: string) => {
    expect((await world.published(orderId)).map(({ type }) => type)).toEqual(['payment.captured']);
    const { rows } = await world.sql.query(
      `SELECT status FROM payment_attempts WHERE order_id = $1 AND status = 'succeeded'`,
      [orderId],
    );
    expect(rows).toHaveLength(1);
  };
  /** Something later of the same process came out, so whatever was to come before it has come. */
  const settled = async () => {
    const order = anOrder();
    await world.publish(order.pay('tok_visa'));
    await world.untilPublished(order.orderId);
  };

  it('before the reply settles the attempt, and the reply adds nothing', async () => {
    const order = anOrder();
    let answered: Promise<number> | undefined;
    stripe.beforeReply = (call) => {
      if (!call.endsWith('/capture')) return undefined;
      answered ??= notify('payment_intent.succeeded', intentOf(order.orderId)).then(({ status }) => status);
      // The reply waits until the notification has had its effect.
      return answered.then(() => world.untilPublished(order.orderId));
    };
    await world.publish(order.pay('tok_visa'));
    await world.untilPublished(order.orderId);
    expect(await answered).toBe(204);
    stripe.beforeReply = () => undefined;
    await settled();
    await capturedOnce(order.orderId);
  });

  it('at the same time as the reply settles the attempt once', async () => {
    const orders = Array.from({ length: 20 }, () => anOrder());
    const answers: Promise<number>[] = [];
    stripe.beforeReply = (call) => {
      const intent = stripe.intents.find(({ id }) => call.endsWith(`${id}/capture`));
      if (intent) answers.push(notify('payment_intent.succeeded', intent).then(({ status }) => status));
      return undefined;
    };
    await world.publish(...orders.map((order) => order.pay('tok_visa')));
    for (const { orderId } of orders) await world.untilPublished(orderId);
    expect(await Promise.all(answers)).toEqual(Array(20).fill(204));
    stripe.beforeReply = () => undefined;
    await settled();
    for (const { orderId } of orders) await capturedOnce(orderId);
  });

  it('after the reply changes nothing, however often it comes', async () => {
    const order = anOrder();
    await world.publish(order.pay('tok_visa'));
    await world.untilPublished(order.orderId);
    for (let n = 0; n < 3; n++) await notify('payment_intent.succeeded', intentOf(order.orderId)).expect(204);
    await settled();
    await capturedOnce(order.orderId);
  });

  it('of a decline settles the attempt as declined', async () => {
    const order = anOrder();
    let answered: Promise<unknown> | undefined;
    stripe.beforeReply = (call) => {
      if (call !== CREATE) return undefined;
      answered ??= notify('payment_intent.payment_failed', intentOf(order.orderId)).then(() =>
        world.untilPublished(order.orderId),
      );
      return answered;
    };
    await world.publish(order.pay('tok_chargeDeclined'));
    expect(await world.untilPublished(order.orderId)).toMatchObject([
      { type: 'payment.declined', payload: { reason: 'insufficient_funds' } },
    ]);
  });

  it('of money for an attempt that had failed sends the money back, and the order stays unpaid', async () => {
    const order = anOrder();
    await world.publish(order.pay('tok_chargeDeclined'));
    await world.untilPublished(order.orderId);
    const intent = intentOf(order.orderId);
    Object.assign(intent, { status: 'succeeded', amount_received: intent.amount });
    await notify('payment_intent.succeeded', intent).expect(204);
    await waitFor(() => stripe.refunds.some(({ payment_intent: of }) => of === intent.id));
    expect((await world.published(order.orderId)).map(({ type }) => type)).toEqual(['payment.declined']);
  });

  it('without a genuine signature is refused', async () => {
    const order = anOrder();
    await world.publish(order.pay('tok_chargeDeclined'));
    await world.untilPublished(order.orderId);
    const { body, signature } = stripe.notification('payment_intent.succeeded', intentOf(order.orderId));
    const post = () => agentAs(world.payments, anonymous).post('/api/payments/webhooks/stripe').type('json');
    await post().send(body).expect(400);
    await post().set('stripe-signature', signature).send(`${body} `).expect(400);
    await post().set('stripe-signature', signature.replace(/t=\d+/, 't=1')).send(body).expect(400);
  });

  it('about somebody else’s intent is taken and left alone', async () => {
    const foreign = { ...intentLike(), metadata: {} };
    await notify('payment_intent.succeeded', foreign).expect(204);
    await notify('payment_intent.succeeded', { ...foreign, metadata: { attemptId: randomUUID() } }).expect(
      204,
    );
  });
});

const intentLike = (): FakeStripe['intents'][number] => ({
  id: 'pi_foreign',
  object: 'payment_intent',
  amount: 1,
  amount_received: 1,
  currency: 'eur',
  status: 'succeeded',
  latest_charge: null,
  created: 0,
  metadata: {},
  last_payment_error: null,
});
