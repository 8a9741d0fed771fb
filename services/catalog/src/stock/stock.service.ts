import type { AnyEvent } from '@bramble/contracts/events';
import { NotYet } from '@bramble/service-kit/base/errors';
import { newEvent } from '@bramble/service-kit/events/events';
import {
  applyStockEvents,
  PaidWithoutStock,
  type ReservationOutcome,
  type StockAnswer,
  type StockCommand,
  type StockOutcome,
} from './stock.ledger';
import type { StockRepository } from './stock.repository';

interface Dependencies {
  repository: StockRepository;
  /** Told after each committed change of stock or of what is popular. */
  onMoved: (productIds: readonly string[]) => void;
  onOutcome: (outcome: ReservationOutcome) => void;
}

const OVERDUE_BATCH = 200;
/** How long orders has for an answer before it is reminded again. */
const REMIND_MS = 30_000;

export function createStockService({ repository, onMoved, onOutcome }: Dependencies) {
  const sold = new Set<string>();
  let ranked = false;

  return {
    /** Settles a batch of events of orders_stream in one transaction; events seen before and those of no concern pass. */
    async settle(events: readonly AnyEvent[]): Promise<void> {
      const outcome = await repository.transaction(async (unit) => {
        const commands = (await unit.fresh(events.filter(isStockCommand))).filter(isStockCommand);
        if (commands.length === 0) return undefined;
        const before = await unit.load(commands);
        const after = apply(before, commands);
        await unit.save(before, after);
        await unit.publish([...after.answers.map(toEvent), ...stockChanges(after, commands)]);
        return after;
      });
      if (!outcome) return;
      for (const ended of outcome.outcomes) onOutcome(ended);
      if (outcome.outcomes.includes('committed')) for (const id of outcome.products.keys()) sold.add(id);
      if (outcome.products.size > 0) onMoved([...outcome.products.keys()]);
    },

    /** Sorts what was sold since the last time into its place; the first time everything, since a stop may have come between. */
    async rankSold(): Promise<void> {
      const ids = [...sold];
      if (ranked && ids.length === 0) return;
      sold.clear();
      try {
        await repository.rank(ranked ? ids : undefined);
        ranked = true;
        onMoved(ids);
      } catch (error) {
        for (const id of ids) sold.add(id);
        throw error;
      }
    },

    /** Reminds orders of reservations whose time is up. Orders alone expires them: stock is never freed here. */
    async remindOverdue(): Promise<number> {
      let all = 0;
      for (;;) {
        const count = await repository.remindOverdue(OVERDUE_BATCH, REMIND_MS, ({ orderId, expiresAt }) =>
          newEvent({ type: 'reservation.overdue', payload: { orderId, expiresAt } }),
        );
        all += count;
        if (count < OVERDUE_BATCH) return all;
      }
    },
  };
}
export type StockService = ReturnType<typeof createStockService>;

/** The events of orders_stream that concern stock. */
export const stockCommands = ['order.placed', 'order.paid', 'order.released'] as const;

const isStockCommand = (event: AnyEvent): event is StockCommand =>
  (stockCommands as readonly string[]).includes(event.type);

function apply(before: Parameters<typeof applyStockEvents>[0], commands: readonly StockCommand[]) {
  try {
    return applyStockEvents(before, commands);
  } catch (error) {
    if (error instanceof PaidWithoutStock) throw new NotYet(error.message, { cause: error });
    throw error;
  }
}

const toEvent = ({ cause, ...draft }: StockAnswer): AnyEvent => newEvent(draft, cause);

/** One event for each product whose stock moved, however often it moved within the batch. */
function stockChanges(outcome: StockOutcome, commands: readonly StockCommand[]): AnyEvent[] {
  const cause = commands[0];
  return [...outcome.products.values()].map(({ id, stock: { available, revision } }) =>
    newEvent({ type: 'stock.changed', payload: { productId: id, available, revision } }, cause),
  );
}
