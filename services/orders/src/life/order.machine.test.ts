import fc from 'fast-check';
import { type OrderStatus, orderStatusSchema } from '@bramble/contracts/orders';
import { aNewOrder, inputOf, reached } from '../../test/builders';
import { contextAt, follow, inputNames, steps } from '../../test/lives';
import { refundedSum } from './order.effects';
import type { Input } from './order.inputs';
import { apply, applyDue, IllegalStep, type Outcome } from './order.machine';
import { type InputName, isFinal, sagaEvents, transitions } from './order.states';
import type { OrderState } from './order.types';

describe('random lives', () => {
  it('reach a capture, a refund and a final state often enough', () => {
    const lives = fc.sample(steps, { numRuns: 1_000, seed: 1 }).map((script) => {
      const seen = new Set<OrderStatus>();
      const { order } = follow(script, (_before, _input, outcome) => {
        if (outcome.kind === 'applied') seen.add(outcome.step.order.status);
      });
      return { seen, refunds: order.refunds.length };
    });
    const share = (test: (life: (typeof lives)[number]) => boolean) =>
      lives.filter(test).length / lives.length;
    expect(share(({ seen }) => seen.has('PAID'))).toBeGreaterThan(0.3);
    expect(share(({ seen }) => seen.has('COMPLETED'))).toBeGreaterThan(0.05);
    expect(share(({ seen }) => seen.has('CANCELLED'))).toBeGreaterThan(0.05);
    expect(share(({ refunds }) => refunds >= 2)).toBeGreaterThan(0.01);
  });
});

describe('the table of orders', () => {
  it('reaches every state from a new order', () => {
    const found = new Set<OrderStatus>(['PENDING']);
    let edge: OrderState[] = [aNewOrder()];
    for (let depth = 0; depth < 5; depth++) {
      edge = edge.flatMap((order) =>
        inputNames.flatMap((name) => {
          try {
            const outcome = apply(order, inputOf(name, order, 100), contextAt(order.createdAt + 1_000));
            return outcome.kind === 'applied' && outcome.step.order.status !== order.status
              ? [outcome.step.order]
              : [];
          } catch {
            return [];
          }
        }),
      );
      for (const { status } of edge) found.add(status);
    }
    expect([...found].sort()).toEqual([...orderStatusSchema.options].sort());
  });

  it('takes only the steps of the architecture', () => {
    const steps = transitions.map(({ from, to }) => `${from} → ${to}`);
    expect(steps.sort()).toEqual(
      [
        'PENDING → RESERVED',
        'PENDING → FAILED',
        'PENDING → CANCELLED',
        'RESERVED → PAID',
        'RESERVED → FAILED',
        'RESERVED → CANCELLED',
        'PAID → SHIPPED',
        'PAID → CANCELLED',
        'PAID → REFUNDED',
        'SHIPPED → COMPLETED',
        'SHIPPED → REFUNDED',
        'COMPLETED → REFUNDED',
      ].sort(),
    );
  });

  it('never throws for an event of another service, in whatever state', () => {
    for (const status of orderStatusSchema.options)
      for (const name of sagaEvents) {
        const order = reached(status);
        expect(() =>
          apply(order, inputOf(name, order, 50), contextAt(order.createdAt + 5_000)),
        ).not.toThrow();
      }
  });

  it('throws for an unknown event', () => {
    const stranger = { type: 'stock.vanished', payload: {} } as unknown as Input;
    expect(() => apply(aNewOrder(), stranger, contextAt(1))).toThrow(IllegalStep);
  });

  it('takes every later event in FAILED, CANCELLED and REFUNDED', () => {
    for (const status of ['FAILED', 'CANCELLED', 'REFUNDED'] as const)
      for (const name of sagaEvents) {
        const order = reached(status);
        const outcome = apply(order, inputOf(name, order, 50), contextAt(order.createdAt + 5_000));
        // The failure of a refund waits for the event that it overtook.
        const isEarly = name === 'payment.refund_failed' && order.refunds.length > 0;
        expect(isEarly ? ['ahead'] : ['applied', 'behind']).toContain(outcome.kind);
        if (outcome.kind === 'applied') expect(outcome.step.order.status).toBe(status);
      }
  });

  it('never leaves an ended state but to give the money of a completed order back', () => {
    fc.assert(
      fc.property(steps, (script) => {
        follow(script, (before, _input, outcome) => {
          if (outcome.kind !== 'applied' || !isFinal(before.status)) return;
          const { status } = outcome.step.order;
          expect(status === before.status || (before.status === 'COMPLETED' && status === 'REFUNDED')).toBe(
            true,
          );
        });
      }),
      { numRuns: 300 },
    );
  });

  it('never gives back more than was captured, and owes all of it once the order is cancelled, failed or refunded', () => {
    fc.assert(
      fc.property(steps, (script) => {
        follow(script, (_before, _input, outcome) => {
          if (outcome.kind !== 'applied') return;
          const { order } = outcome.step;
          expect(refundedSum(order)).toBeLessThanOrEqual(order.captured);
          expect(order.totals.refunded.amount).toBe(refundedSum(order));
          if (['FAILED', 'CANCELLED', 'REFUNDED'].includes(order.status))
            expect(refundedSum(order)).toBe(order.captured);
          for (const refund of order.refunds) {
            const isOpen = order.obligations.some(({ kind, ref }) => kind === 'refund' && ref === refund.id);
            expect(isOpen).toBe(refund.confirmedAt === undefined);
          }
        });
      }),
      { numRuns: 300 },
    );
  });

  it('asks about a pending capture once the order is cancelled or failed, until the capture has an outcome', () => {
    fc.assert(
      fc.property(steps, (script) => {
        follow(script, (_before, _input, outcome) => {
          if (outcome.kind !== 'applied') return;
          const { order } = outcome.step;
          const asks = order.obligations.some(({ kind }) => kind === 'void');
          expect(asks).toBe(['FAILED', 'CANCELLED'].includes(order.status) && order.capture === 'pending');
        });
      }),
      { numRuns: 300 },
    );
  });

  it('asks for the return of the discount once the order is cancelled or failed, and not when it was refunded', () => {
    fc.assert(
      fc.property(steps, (script) => {
        let returned = false;
        const discount = { amount: 100, currency: 'EUR' };
        follow(
          script,
          (_before, input, outcome) => {
            if (outcome.kind !== 'applied') return;
            const { order } = outcome.step;
            const ended = ['FAILED', 'CANCELLED'].includes(order.status);
            returned ||= ended && input.type === 'discount.returned';
            expect(order.obligations.some(({ kind }) => kind === 'discount')).toBe(ended && !returned);
          },
          { ...aNewOrder(), totals: { ...aNewOrder().totals, discount } },
        );
      }),
      { numRuns: 300 },
    );
  });

  it('counts versions up by one and asks for an attempt only after a definite decline', () => {
    fc.assert(
      fc.property(steps, (script) => {
        follow(script, (before, input, outcome) => {
          if (outcome.kind !== 'applied') return;
          const { order, history } = outcome.step;
          expect(order.version).toBe(before.version + 1);
          expect(history.version).toBe(order.version);
          if (order.attempt > 1 && order.attempt > before.attempt) {
            expect(before.capture).toBe('declined');
            expect(input.type).toBe('checkout');
          }
        });
      }),
      { numRuns: 300 },
    );
  });

  it('ends every unanswered order by its deadlines alone', () => {
    fc.assert(
      fc.property(steps, (script) => {
        const life = follow(script, () => undefined);
        let { order } = life;
        for (let seconds = 0; seconds < 1_500; seconds += 10) {
          const done = applyDue(order, contextAt(life.now + seconds * 1000));
          if (done) ({ order } = done);
        }
        expect(['PENDING', 'RESERVED']).not.toContain(order.status);
      }),
      { numRuns: 200 },
    );
  });
});

describe('races', () => {
  const events = (outcome: Outcome) => (outcome.kind === 'applied' ? outcome.step.events : []);
  const at = (order: OrderState, name: InputName) =>
    apply(order, inputOf(name, order, 50), contextAt(order.createdAt + 9_000));

  it('releases a reservation that comes after the cancellation', () => {
    const outcome = at(reached('CANCELLED', 'PENDING'), 'stock.reserved');
    expect(events(outcome)).toEqual([expect.objectContaining({ type: 'order.released' })]);
  });

  it('refunds a capture that comes after the order failed', () => {
    const order = reached('FAILED');
    const outcome = at(order, 'payment.captured');
    expect(events(outcome)).toEqual([
      { type: 'order.refund_requested', payload: expect.objectContaining({ amount: order.totals.total }) },
    ]);
  });

  it('refunds a late capture only once, also when the event comes again', () => {
    const first = at(reached('FAILED'), 'payment.captured');
    if (first.kind !== 'applied') throw new Error(first.kind);
    expect(at(first.step.order, 'payment.captured')).toEqual({ kind: 'behind' });
  });

  it('waits for a refund again that failed after it was confirmed', () => {
    const confirmed = at(reached('REFUNDED'), 'payment.refunded');
    if (confirmed.kind !== 'applied') throw new Error(confirmed.kind);
    const failed = at(confirmed.step.order, 'payment.refund_failed');
    if (failed.kind !== 'applied') throw new Error(failed.kind);
    expect(failed.step.order.refunds[0]).not.toHaveProperty('confirmedAt');
    const { obligations, refunds } = failed.step.order;
    expect(obligations.map(({ ref }) => ref)).toContain(refunds[0]?.id);
  });

  it('takes a failed refund that was not confirmed yet for one that overtook its confirmation', () => {
    expect(at(reached('REFUNDED'), 'payment.refund_failed')).toEqual({ kind: 'ahead' });
    expect(at(reached('PAID'), 'payment.refund_failed')).toEqual({ kind: 'behind' });
  });

  it('recalls a parcel that left after the cancellation', () => {
    expect(events(at(reached('CANCELLED', 'PAID'), 'delivery.shipped'))).toEqual([
      { type: 'order.released', payload: expect.objectContaining({ restock: true }) },
    ]);
  });

  it('only notes that a refunded order was delivered', () => {
    const outcome = at(reached('REFUNDED'), 'delivery.delivered');
    expect(events(outcome)).toEqual([]);
    expect(outcome).toMatchObject({ kind: 'applied', step: { history: { label: 'DELIVERY_DELIVERED' } } });
  });

  it('answers an overdue reservation with paid or released', () => {
    expect(events(at(reached('PAID'), 'reservation.overdue'))[0]?.type).toBe('order.paid');
    expect(events(at(reached('CANCELLED'), 'reservation.overdue'))[0]?.type).toBe('order.released');
  });

  it('puts off what is ahead and acknowledges what is behind', () => {
    expect(at(reached('RESERVED'), 'delivery.shipped')).toEqual({ kind: 'ahead' });
    expect(at(reached('PAID'), 'delivery.delivered')).toEqual({ kind: 'ahead' });
    expect(at(reached('SHIPPED'), 'payment.captured')).toEqual({ kind: 'behind' });
  });

  it('ignores a decline of an earlier attempt', () => {
    const again = { ...reached('RESERVED'), attempt: 2, capture: 'pending' as const };
    const outcome = apply(
      again,
      { type: 'payment.declined', payload: { orderId: again.id, attempt: 1, reason: 'late' } },
      contextAt(again.createdAt),
    );
    expect(outcome).toEqual({ kind: 'behind' });
  });
});
