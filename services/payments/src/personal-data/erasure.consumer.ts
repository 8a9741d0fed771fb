import type { EventOf } from '@bramble/contracts/events';
import type { EventUnit } from '@bramble/service-kit/events/unit';
import type { SqlTransaction } from '@bramble/service-kit/stores/sql';
import { createErasureRepository } from './erasure.repository';

/** The consumer that clears what payments holds of erased accounts. */
export const erasureConsumer = {
  group: 'payments',
  types: ['user.erased'] as const,
  handle: ({ tx, fresh }: EventUnit<SqlTransaction, EventOf<'user.erased'>>): Promise<void> =>
    createErasureRepository(tx).clear(fresh.map(({ payload }) => payload.userId)),
};
