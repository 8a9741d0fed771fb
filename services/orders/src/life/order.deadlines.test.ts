import { aNewOrder, inputOf, reached } from '../../test/builders';
import { contextAt } from '../../test/lives';
import { dueAtOf, expiryOf, overdueAtOf, PLACED_RESENDS, RESEND_MS } from './order.deadlines';
import { apply, applyDue } from './order.machine';

describe('deadlines', () => {
  it('asks again after 30, 60 and 90 seconds, and fails the order after 120', () => {
    let order = aNewOrder();
    const seen: string[] = [];
    for (let seconds = 0; seconds <= 130; seconds += 1) {
      const done = applyDue(order, contextAt(order.createdAt + seconds * 1000));
      if (!done) continue;
      ({ order } = done);
      seen.push(...done.events.map(({ type }) => `${seconds} ${type}`));
    }
    expect(seen.slice(0, PLACED_RESENDS)).toEqual(['30 order.placed', '60 order.placed', '90 order.placed']);
    expect(seen.slice(PLACED_RESENDS)).toEqual(['120 order.released', '120 order.failed']);
    expect(order).toMatchObject({ status: 'FAILED', failureReason: 'timeout' });
  });

  it('neither counts nor sends again what was not published, and has all tries left afterwards', () => {
    let order = aNewOrder();
    const seen: string[] = [];
    for (let seconds = 0; seconds <= 400; seconds += 1) {
      const context = contextAt(order.createdAt + seconds * 1000);
      const done = applyDue(order, { ...context, unsent: seconds < 300 });
      if (!done) continue;
      ({ order } = done);
      seen.push(...done.events.map(({ type }) => `${seconds} ${type}`));
    }
    expect(seen).toEqual([
      ...['300 order.placed', '330 order.placed', '360 order.placed'],
      ...['390 order.released', '390 order.failed'],
    ]);
  });

  it('waits 30 seconds longer for a capture that is not settled', () => {
    const pending = reached('RESERVED');
    expect(expiryOf(pending)).toBe(pending.expiresAt + 30_000);
    expect(expiryOf({ ...pending, capture: 'declined' })).toBe(pending.expiresAt);
  });

  it('sends one order.paid for the two answers that it waits for', () => {
    const paid = reached('PAID');
    const done = applyDue(paid, contextAt((paid.paidAt ?? 0) + RESEND_MS));
    expect(done?.events.map(({ type }) => type)).toEqual(['order.paid']);
    expect(done?.step).toBeUndefined();
  });

  it('owes nothing once everything was confirmed', () => {
    let order = reached('CANCELLED', 'PAID');
    for (const name of ['stock.released', 'delivery.stopped', 'payment.refunded'] as const) {
      const outcome = apply(order, inputOf(name, order, 50), contextAt(order.createdAt + 9_000));
      if (outcome.kind !== 'applied') throw new Error(outcome.kind);
      ({ order } = outcome.step);
    }
    expect(order.obligations).toEqual([]);
    expect(applyDue(order, contextAt(Number.MAX_SAFE_INTEGER))).toBeUndefined();
    expect(dueAtOf(order)).toBeUndefined();
    expect(overdueAtOf(order)).toBeUndefined();
  });

  it('asks again for the refund that is not confirmed, and for no other', () => {
    const paid = reached('PAID');
    const dueAt = (paid.paidAt ?? 0) + RESEND_MS;
    const refunds = ['first', 'second'].map((id) => ({ id, amount: 100, requestedAt: 0 }));
    const obligation = { kind: 'refund' as const, ref: 'second', since: 0, dueAt, resent: 0 };
    const done = applyDue({ ...paid, refunds, obligations: [obligation] }, contextAt(dueAt));
    expect(done?.events).toMatchObject([{ type: 'order.refund_requested', payload: { refundId: 'second' } }]);
  });

  it('counts an order as overdue 30 seconds after its oldest step that has no answer', () => {
    const step = { kind: 'commit' as const, dueAt: 99_000, resent: 1 };
    const obligations = [
      { ...step, since: 7_000 },
      { ...step, since: 5_000 },
    ];
    expect(overdueAtOf({ ...reached('PAID'), obligations })).toBe(35_000);
  });

  it('counts an unpaid order as overdue 30 seconds after its reservation has ended', () => {
    const order = { ...reached('RESERVED'), obligations: [], capture: 'none' as const };
    expect(overdueAtOf(order)).toBe(order.expiresAt + 30_000);
  });
});
