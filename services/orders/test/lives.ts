import fc from 'fast-check';
import type { OrderStatus } from '@bramble/contracts/orders';
import type { Input } from '../src/life/order.inputs';
import { apply, IllegalStep, type Outcome } from '../src/life/order.machine';
import { commands, type InputName, sagaEvents } from '../src/life/order.states';
import type { OrderState } from '../src/life/order.types';
import { aNewOrder, inputOf } from './builders';

export const inputNames: readonly InputName[] = [...sagaEvents, ...commands];
export const contextAt = (now: number) => {
  let n = 0;
  return { now, newId: () => `00000000-0000-7000-8000-${String(++n + now).padStart(12, '0')}` };
};
/** The event that brings an order nearer to COMPLETED. */
const forward: Readonly<Partial<Record<OrderStatus, InputName>>> = {
  PENDING: 'stock.reserved',
  RESERVED: 'payment.captured',
  PAID: 'delivery.shipped',
  SHIPPED: 'delivery.delivered',
};
/** How the next input is chosen: the one that leads forward, one that the table applies now, or any. */
type Choice = 'forward' | 'fitting' | 'any';
export interface ScriptStep {
  choice: Choice;
  index: number;
  waitMs: number;
  share: number;
}
export const steps = fc.array(
  fc.record<ScriptStep>({
    // Inputs drawn evenly would leave nearly all lives before PAID, where no property about money can fail.
    choice: fc.oneof(
      { weight: 5, arbitrary: fc.constant<Choice>('forward') },
      { weight: 3, arbitrary: fc.constant<Choice>('fitting') },
      { weight: 2, arbitrary: fc.constant<Choice>('any') },
    ),
    index: fc.nat(),
    waitMs: fc.integer({ min: 0, max: 60_000 }),
    share: fc.integer({ min: 1, max: 100 }),
  }),
  { maxLength: 20 },
);

function tried(order: OrderState, name: InputName, share: number, now: number): Outcome | undefined {
  try {
    return apply(order, inputOf(name, order, share), contextAt(now));
  } catch (error) {
    if (error instanceof IllegalStep) return undefined;
    throw error;
  }
}
function chosen({ choice, index, share }: ScriptStep, order: OrderState, now: number): InputName {
  const any = inputNames[index % inputNames.length]!;
  if (choice === 'forward') return forward[order.status] ?? any;
  if (choice === 'any') return any;
  const fitting = inputNames.filter((name) => tried(order, name, share, now)?.kind === 'applied');
  return fitting[index % fitting.length] ?? any;
}

/** Follows a random life. What the table refuses, puts off or calls illegal leaves the order as it was. */
export function follow(
  script: ScriptStep[],
  visit: (before: OrderState, input: Input, outcome: Outcome) => void,
  from = aNewOrder(),
) {
  let order = from;
  let now = order.createdAt;
  for (const step of script) {
    now += step.waitMs;
    const name = chosen(step, order, now);
    const outcome = tried(order, name, step.share, now);
    if (!outcome) continue;
    visit(order, inputOf(name, order, step.share), outcome);
    if (outcome.kind === 'applied') order = outcome.step.order;
  }
  return { order, now };
}
