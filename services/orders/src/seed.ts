import { demoProductId, demoUsers } from '@bramble/contracts/demo';
import { money } from '@bramble/contracts/money';
import { paymentsApi, type Quote } from '@bramble/contracts/payments';
import { pause } from '@bramble/service-kit/runtime/clock';
import type { Service } from '@bramble/service-kit/runtime/service';
import type { Upstream } from '@bramble/service-kit/http/client';
import { newId, orderNumber } from '@bramble/service-kit/base/ids';
import type { Sql } from '@bramble/service-kit/stores/postgres';
import type { Input } from './life/order.inputs';
import { apply } from './life/order.machine';
import type { HistoryEntry, OrderState } from './life/order.types';
import { createSeedRepository, type PastOrder } from './seed.repository';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const address = {
  name: demoUsers.buyer.name,
  line1: '4 Blackberry Lane',
  city: 'Berlin',
  postalCode: '10115',
  country: 'DE',
};
/** How many days ago, and which of the demo products in what quantity. The one marked was cancelled. */
const past: readonly { days: number; items: readonly (readonly [number, number])[]; cancelled?: boolean }[] =
  [
    {
      days: 41,
      items: [
        [3, 2],
        [14, 1],
      ],
    },
    { days: 36, items: [[22, 1]] },
    {
      days: 33,
      items: [
        [1, 4],
        [8, 1],
        [17, 1],
      ],
    },
    { days: 28, items: [[5, 1]] },
    {
      days: 24,
      items: [
        [12, 2],
        [30, 1],
      ],
    },
    {
      days: 20,
      items: [
        [7, 1],
        [9, 3],
      ],
    },
    { days: 17, items: [[18, 1]], cancelled: true },
    {
      days: 13,
      items: [
        [2, 1],
        [3, 2],
      ],
    },
    {
      days: 9,
      items: [
        [26, 1],
        [11, 1],
      ],
    },
    { days: 6, items: [[4, 6]] },
    {
      days: 3,
      items: [
        [15, 1],
        [22, 1],
        [6, 2],
      ],
    },
    { days: 1, items: [[10, 2]] },
  ];
/** Older than any id that is made today, so that they come last in every list. */
const seedId = (n: number) => `01900000-0000-7000-a000-${n.toString(16).padStart(12, '0')}`;

function lifeOf(order: OrderState, cancelled: boolean): [afterMs: number, Input][] {
  const orderId = order.id;
  const amount = order.totals.total;
  const paid: [number, Input][] = [
    [
      900,
      { type: 'stock.reserved', payload: { orderId, expiresAt: new Date(order.expiresAt).toISOString() } },
    ],
    [2_400, { type: 'payment.captured', payload: { orderId, paymentId: newId(), attempt: 1, amount } }],
  ];
  return cancelled
    ? [...paid, [2 * HOUR, { type: 'cancel', payload: { by: 'owner' } }]]
    : [
        ...paid,
        [20 * HOUR, { type: 'delivery.shipped', payload: { orderId } }],
        [44 * HOUR, { type: 'delivery.delivered', payload: { orderId } }],
      ];
}

/** Lets an order live its life by the table, with the times of then and without telling anybody. */
function live(quote: Quote, n: number, createdAt: number, now: number, cancelled: boolean): PastOrder {
  const currency = quote.totals.total.currency;
  const placed: OrderState = {
    id: seedId(n),
    number: orderNumber(),
    userId: demoUsers.buyer.id,
    status: 'PENDING',
    version: 1,
    currency,
    lines: quote.items.map(({ available: _available, ...line }) => line),
    totals: { ...quote.totals, refunded: money(0, currency) },
    shippingAddress: address,
    attempt: 0,
    capture: 'none',
    captured: 0,
    refunds: [],
    restock: true,
    expiresAt: createdAt + 600_000,
    obligations: [],
    correlationId: `demo-${n}`,
    createdAt,
  };
  const { lines, totals, userId, number } = placed;
  const history: HistoryEntry[] = [
    {
      ...{ orderId: placed.id, version: 1, type: 'order.placed', status: 'PENDING', label: 'PENDING' },
      data: { userId, number, currency, totals, lines },
      at: createdAt,
    },
  ];
  let order = placed;
  const step = (input: Input, at: number) => {
    const outcome = apply(order, input, { now: Math.min(at, now), newId });
    if (outcome.kind !== 'applied') throw new Error(`the demo's order ${n} cannot take ${input.type}`);
    order = outcome.step.order;
    history.push(outcome.step.history);
  };
  for (const [after, input] of lifeOf(placed, cancelled)) step(input, createdAt + after);
  for (const { id, amount } of order.refunds)
    step(
      {
        type: 'payment.refunded',
        payload: { orderId: order.id, refundId: id, amount: money(amount, currency) },
      },
      createdAt + 2 * HOUR + 3_000,
    );
  return { order, history };
}

/**
 * In demo mode: gives the demo buyer a past, once. It is priced by payments like any basket, so it waits in the
 * background until payments and the demo catalogue are there.
 */
export function seedOrders(
  service: Service,
  { sql, payments, currency }: { sql: Sql; payments: Upstream; currency: string },
): void {
  const repository = createSeedRepository(sql);
  const controller = new AbortController();
  let running: Promise<void> | undefined;

  const seed = async () => {
    if (await repository.has(seedId(1))) return;
    const now = Date.now();
    const lives: PastOrder[] = [];
    for (const [index, { days, items, cancelled }] of past.entries()) {
      const quote = await payments.call(paymentsApi.quote, {
        body: {
          items: items.map(([product, quantity]) => ({ productId: demoProductId(product), quantity })),
          shippingAddress: address,
        },
      });
      if (quote.items.length < items.length || quote.totals.total.currency !== currency)
        throw new Error('the demo catalogue is not complete yet');
      const time = now - days * DAY - ((index * 5) % 12) * HOUR;
      lives.push(live(quote, index + 1, time, now, cancelled ?? false));
    }
    const added = await repository.add(lives);
    service.log.info({ orders: added }, 'the demo buyer has a past now');
  };
  const loop = async () => {
    for (;;) {
      try {
        await seed();
        return;
      } catch (error) {
        service.log.debug({ err: error }, 'the demo orders have to wait');
        await pause(1_000, controller.signal);
        if (controller.signal.aborted) return;
      }
    }
  };
  service.worker({
    name: 'demo orders',
    start: () => {
      running = loop();
    },
    stop: async () => {
      controller.abort();
      await running;
    },
  });
}
