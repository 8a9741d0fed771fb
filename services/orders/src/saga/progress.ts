import type { Step } from '../life/order.machine';
import type { OrderState } from '../life/order.types';
import type { Change } from '../store/order.repository';

/** The changes of one transaction, collected so that each order is written once. */
export function createProgress(loaded: ReadonlyMap<string, OrderState>) {
  const changes = new Map<string, Change>();
  const steps: Step[] = [];

  const current = (id: string): OrderState | undefined => changes.get(id)?.after ?? loaded.get(id);

  /** Replaces an order by its next state. */
  function put(after: OrderState, step?: Step): void {
    const known = changes.get(after.id);
    const before = known?.before ?? loaded.get(after.id) ?? after;
    const history = known?.history ?? [];
    changes.set(after.id, { before, after, history: step ? [...history, step.history] : history });
    if (step) steps.push(step);
  }

  return { current, put, changes: () => [...changes.values()], steps: () => steps };
}
export type Progress = ReturnType<typeof createProgress>;
