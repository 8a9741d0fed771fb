import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { type DeliveryStatus, deliveryStatusSchema } from '@bramble/contracts/delivery';
import { eventOf } from '@bramble/test-kit/events';
import { type DeliveryEvent, onPaid, onReleased } from './delivery.decisions';
import {
  type DeliveryDocument,
  isOver,
  nextStep,
  type Pace,
  showDelivery,
  stepped,
  stepsLeft,
  tombstone,
} from './delivery.document';

const at = new Date('2026-03-01T10:00:00Z');
const demo: Pace = { stepMs: 3_000 };
const couriers: Pace = { stepMs: undefined };
const orderId = randomUUID();
const paid = eventOf('order.paid', { orderId });
const released = eventOf('order.released', { orderId });

type Move = 'paid' | 'released' | 'step';
const move = fc.constantFrom<Move>('paid', 'released', 'step');
interface Run {
  document: DeliveryDocument | undefined;
  answers: DeliveryEvent['type'][];
}
const applyMove = ({ document, answers }: Run, next: Move, pace: Pace): Run => {
  if (next === 'step') {
    const step = document && stepped(document, at, pace);
    return step
      ? { document: step.document, answers: [...answers, ...(step.announcement ? [step.announcement] : [])] }
      : { document, answers };
  }
  const decision =
    next === 'paid' ? onPaid(document, paid, at, pace) : onReleased(document, released, at, pace);
  return { document: decision.document, answers: [...answers, ...decision.answers.map(({ type }) => type)] };
};
const play = (moves: readonly Move[], pace: Pace = demo): Run =>
  moves.reduce<Run>((run, next) => applyMove(run, next, pace), { document: undefined, answers: [] });

describe('a delivery', () => {
  it('reaches every state', () => {
    const reached = new Set<DeliveryStatus>();
    for (const moves of [['paid', 'step', 'step', 'step'], ['released']] as const)
      moves.forEach((_, n) => reached.add(play(moves.slice(0, n + 1)).document?.status ?? 'STOPPED'));
    expect([...reached].sort()).toEqual([...deliveryStatusSchema.options].sort());
  });

  it('never leaves a final state, and takes only steps of the table', () => {
    fc.assert(
      fc.property(fc.array(move, { maxLength: 12 }), move, (moves, last) => {
        const before = play(moves).document;
        const after = applyMove({ document: before, answers: [] }, last, demo).document;
        if (!before || !after || before.status === after.status) return;
        expect(isOver(before.status)).toBe(false);
        expect([nextStep[before.status], 'STOPPED']).toContain(after.status);
      }),
    );
  });

  it('its timeline is its history, and a timer runs exactly while there is a step to take', () => {
    fc.assert(
      fc.property(fc.array(move, { minLength: 1, maxLength: 12 }), (moves) => {
        const { document } = play(moves);
        if (!document) return;
        expect(document.timeline.at(-1)?.status).toBe(document.status);
        expect(document.nextStepAt === undefined).toBe(isOver(document.status));
        expect(new Set(document.timeline.map(({ status }) => status)).size).toBe(document.timeline.length);
      }),
    );
  });

  it('once released it never starts, ships or arrives again', () => {
    fc.assert(
      fc.property(fc.array(move, { maxLength: 6 }), fc.array(move, { maxLength: 6 }), (before, after) => {
        const run = play([...before, 'released']);
        if (run.document?.status === 'DELIVERED') return;
        const later = after.reduce<Run>((state, next) => applyMove(state, next, demo), {
          ...run,
          answers: [],
        });
        expect(later.document?.status).toBe('STOPPED');
        expect(later.answers.every((type) => type === 'delivery.stopped')).toBe(true);
      }),
    );
  });

  it('answers a repeated order.paid with all that it has reached', () => {
    expect(play(['paid', 'step', 'step', 'step', 'paid']).answers.slice(-3)).toEqual([
      'delivery.started',
      'delivery.shipped',
      'delivery.delivered',
    ]);
  });

  it('a stop that finds the parcel there says so', () => {
    const there = play(['paid', 'step', 'step', 'step']).document;
    expect(onReleased(there, released, at, demo).answers).toMatchObject([{ payload: { delivered: true } }]);
  });

  it('that starts tells orders so, and keeps who ordered and what the order is traced by', () => {
    const { document, answers } = onPaid(undefined, paid, at, demo);
    expect(answers).toEqual([{ type: 'delivery.started', payload: { orderId } }]);
    expect(document).toMatchObject({
      _id: orderId,
      userId: paid.payload.userId,
      origin: { correlationId: paid.correlationId, traceparent: paid.traceparent },
      createdAt: at,
    });
  });

  it('that was released before it was paid learns whose it is, and says again that nothing arrived', () => {
    const { document, answers } = onPaid(tombstone(orderId, at), paid, at, demo);
    expect(document).toEqual({ ...tombstone(orderId, at), userId: paid.payload.userId });
    expect(answers).toEqual([{ type: 'delivery.stopped', payload: { orderId, delivered: false } }]);
  });

  it('keeps its customer when order.paid comes again', () => {
    const { document } = play(['paid']);
    expect(onPaid(document, eventOf('order.paid', { orderId }), at, demo).document).toBe(document);
  });

  it('in transit stops before it arrives, and orders learns of it', () => {
    for (const steps of [0, 1, 2]) {
      const before = play(['paid', ...Array<Move>(steps).fill('step')]).document;
      const { document, answers } = onReleased(before, released, at, demo);
      expect(document).toMatchObject({ status: 'STOPPED', userId: paid.payload.userId });
      expect(document.estimatedAt).toBeUndefined();
      expect(answers).toEqual([{ type: 'delivery.stopped', payload: { orderId, delivered: false } }]);
    }
  });

  it('that arrived or stopped is not changed by a release', () => {
    for (const moves of [['paid', 'step', 'step', 'step'], ['released']] as const) {
      const { document } = play(moves);
      expect(onReleased(document, released, at, demo).document).toBe(document);
    }
  });

  it('that arrived keeps the time at which it was expected', () => {
    const shipped = play(['paid', 'step', 'step']).document;
    const arrived = shipped && stepped(shipped, at, demo)?.document;
    expect(arrived?.status).toBe('DELIVERED');
    expect(arrived?.estimatedAt).toEqual(shipped?.estimatedAt);
    expect(arrived?.estimatedAt).toBeInstanceOf(Date);
  });

  it('that stops or arrives without an estimate has none afterwards', () => {
    const shipped = play(['paid', 'step', 'step']).document;
    if (!shipped) throw new Error('it did not ship');
    const { estimatedAt: _none, ...unknown } = shipped;
    expect(stepped(unknown, at, demo)?.document).not.toHaveProperty('estimatedAt');
    expect(onReleased(shipped, released, at, demo).document).not.toHaveProperty('estimatedAt');
  });

  it('takes its next step one pace later', () => {
    expect(play(['paid']).document?.nextStepAt).toEqual(new Date(at.getTime() + 3_000));
  });

  it('is shown with its courier and its estimate when it has them', () => {
    const { document } = play(['paid', 'step']);
    if (!document) throw new Error('it did not start');
    const timeline = [
      { status: 'PREPARING', at: '2026-03-01T10:00:00.000Z' },
      { status: 'SHIPPED', at: '2026-03-01T10:00:00.000Z' },
    ];
    const shown = { orderId, status: 'SHIPPED', estimatedAt: '2026-03-01T10:00:06.000Z', timeline };
    expect(showDelivery(document)).toEqual(shown);
    expect(showDelivery(document)).not.toHaveProperty('courierId');
    expect(showDelivery({ ...document, courierId: 'c1' })).toEqual({ ...shown, courierId: 'c1' });
    expect(showDelivery(tombstone(orderId, at))).toEqual({
      orderId,
      status: 'STOPPED',
      timeline: [{ status: 'STOPPED', at: '2026-03-01T10:00:00.000Z' }],
    });
    expect(showDelivery(tombstone(orderId, at))).not.toHaveProperty('estimatedAt');
  });

  it('is estimated by the timers in demo mode and by days with couriers', () => {
    expect(stepsLeft('PREPARING')).toBe(3);
    expect(play(['paid']).document?.estimatedAt).toEqual(new Date(at.getTime() + 9_000));
    const byCourier = play(['paid'], couriers).document;
    expect(byCourier?.estimatedAt).toEqual(new Date('2026-03-04T10:00:00Z'));
    expect(byCourier?.nextStepAt).toBeUndefined();
  });
});
