import type { EventDraft, EventOf } from '@bramble/contracts/events';
import type { Cause } from '@bramble/service-kit/events/events';
import type { EventUnit, Unit, UnitStore } from '@bramble/service-kit/events/unit';
import type { MongoTransaction } from '@bramble/service-kit/stores/mongo';
import { createErasureRepository, type ErasureRepository } from './erasure.repository';

const BATCH = 500;

export interface ErasureDependencies {
  store: UnitStore<MongoTransaction>;
  erasures: ErasureRepository;
  /** Invalidates caches after the commit. */
  onEdit: (productIds: readonly string[]) => Promise<void>;
}

/** Takes the goods of erased sellers off sale: at once, and later what a request wrote that was under way at the erasure. */
export function createErasure({ store, erasures, onEdit }: ErasureDependencies) {
  async function withdraw(
    unit: Unit<MongoTransaction>,
    sellerIds: readonly string[],
    cause?: Cause,
  ): Promise<void> {
    const withdrawn = await createErasureRepository(unit.tx).withdraw(sellerIds);
    if (withdrawn.length === 0) return;
    unit.publish(
      withdrawn.map((payload): EventDraft => ({ type: 'product.deleted', payload })),
      cause,
    );
    unit.afterCommit(() => void onEdit(withdrawn.map(({ productId }) => productId)));
  }

  async function handle(unit: EventUnit<MongoTransaction, EventOf<'user.erased'>>): Promise<void> {
    const accounts = unit.fresh.map(({ payload }) => payload);
    await createErasureRepository(unit.tx).remember(accounts);
    await withdraw(
      unit,
      accounts.map(({ userId }) => userId),
      unit.fresh[0],
    );
  }

  /** The second pass: withdraws what was written in a transaction that did not see the erasure yet. */
  async function complete(): Promise<void> {
    const sellerIds = await erasures.unsettled(BATCH);
    if (sellerIds.length === 0) return;
    await store.transaction((unit) => withdraw(unit, sellerIds));
    await erasures.settle(sellerIds);
  }

  return { handle, complete };
}
