import type { EventDraft } from '@bramble/contracts/events';
import { NotYet } from '@bramble/service-kit/base/errors';
import type { EventUnit, UnitStore } from '@bramble/service-kit/events/unit';
import type { MongoTransaction } from '@bramble/service-kit/stores/mongo';
import {
  applyStockEvents,
  PaidWithoutStock,
  type ReservationOutcome,
  type StockCommand,
  type StockOutcome,
} from '../ledger/stock.ledger';
import { createStockRepository, type StockRepository } from './stock.repository';

export type StockUnit = EventUnit<MongoTransaction, StockCommand>;

export interface StockDependencies {
  store: UnitStore<MongoTransaction>;
  stock: StockRepository;
  /** Called after each committed change of stock, or of popularity. */
  onMoved: (productIds: readonly string[]) => void;
  onRanked: (productIds: readonly string[]) => void;
  onOutcome: (outcome: ReservationOutcome) => void;
  /** Called for each repetition of a transaction after a write conflict. */
  onConflict: () => void;
}

const OVERDUE_BATCH = 200;
/** How long after a reminder orders is reminded again. */
const REMIND_MS = 30_000;

export function createStockService({
  store,
  stock,
  onMoved,
  onRanked,
  onOutcome,
  onConflict,
}: StockDependencies) {
  const state = { sold: new Set<string>(), ranked: false };

  /** Applies a batch of orders' commands to stock and reservations, and publishes the answers. */
  async function handle(unit: StockUnit): Promise<void> {
    const { tx, fresh } = unit;
    if (tx.attempt > 1) onConflict();
    const inTx = createStockRepository(tx);
    const before = await inTx.load(fresh);
    const outcome = apply(before, fresh);
    await inTx.save(before, outcome);
    for (const { cause, ...answer } of outcome.answers) unit.publish([answer], cause);
    unit.publish(stockChanges(outcome), fresh[0]);
    unit.afterCommit(() => committed(outcome));
  }

  function committed({ outcomes, products }: StockOutcome): void {
    const ids = [...products.keys()];
    for (const outcome of outcomes) onOutcome(outcome);
    if (outcomes.includes('committed')) for (const id of ids) state.sold.add(id);
    if (ids.length > 0) onMoved(ids);
  }

  /**
   * Updates the popularity of products sold since the last call. The first call updates all, since a crash may have
   * lost some.
   */
  async function rankSold(): Promise<void> {
    const ids = [...state.sold];
    if (state.ranked && ids.length === 0) return;
    state.sold.clear();
    try {
      await stock.rank(state.ranked ? ids : undefined);
      state.ranked = true;
      onRanked(ids);
    } catch (error) {
      for (const id of ids) state.sold.add(id);
      throw error;
    }
  }

  /**
   * Reminds orders of reservations past their deadline. Only orders expires them; this service never releases stock by
   * itself.
   */
  async function remindOverdue(): Promise<number> {
    for (let all = 0; ;) {
      const count = await remindSome();
      all += count;
      if (count < OVERDUE_BATCH) return all;
    }
  }

  function remindSome(): Promise<number> {
    return store.transaction(async (unit) => {
      const overdue = await createStockRepository(unit.tx).markReminded(OVERDUE_BATCH, REMIND_MS);
      unit.publish(
        overdue.map(({ orderId, expiresAt }) => ({
          type: 'reservation.overdue',
          payload: { orderId, expiresAt },
        })),
      );
      return overdue.length;
    });
  }

  return { handle, rankSold, remindOverdue };
}
export type StockService = ReturnType<typeof createStockService>;

function apply(before: Parameters<typeof applyStockEvents>[0], commands: readonly StockCommand[]) {
  try {
    return applyStockEvents(before, commands);
  } catch (error) {
    if (error instanceof PaidWithoutStock) throw new NotYet(error.message, { cause: error });
    throw error;
  }
}

/** One event for each product whose stock changed, even if it changed several times in the batch. */
const stockChanges = ({ products }: StockOutcome): EventDraft<'stock.changed'>[] =>
  [...products.values()].map(({ id, stock: { available, revision } }) => ({
    type: 'stock.changed',
    payload: { productId: id, available, revision },
  }));
