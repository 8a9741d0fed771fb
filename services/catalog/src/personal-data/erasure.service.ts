import type { EventDraft, EventOf } from '@bramble/contracts/events';
import type { EventUnit } from '@bramble/service-kit/events/unit';
import type { MongoTransaction } from '@bramble/service-kit/stores/mongo';
import { createErasureRepository } from './erasure.repository';

/** Takes the goods of erased sellers off sale. `onEdit` invalidates caches after the commit. */
export function createErasure({ onEdit }: { onEdit: (productIds: readonly string[]) => Promise<void> }) {
  async function handle(unit: EventUnit<MongoTransaction, EventOf<'user.erased'>>): Promise<void> {
    const sellerIds = unit.fresh.map(({ payload }) => payload.userId);
    const withdrawn = await createErasureRepository(unit.tx).withdraw(sellerIds);
    if (withdrawn.length === 0) return;
    unit.publish(
      withdrawn.map((payload): EventDraft => ({ type: 'product.deleted', payload })),
      unit.fresh[0],
    );
    unit.afterCommit(() => void onEdit(withdrawn.map(({ productId }) => productId)));
  }

  return { handle };
}
