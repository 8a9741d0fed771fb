import type { EventOf } from '@bramble/contracts/events';
import type { EventUnit } from '@bramble/service-kit/events/unit';
import type { Sql, SqlTransaction } from '@bramble/service-kit/stores/sql';
import { createErasureRepository } from './erasure.repository';

const BATCH = 500;

/** Clears what orders holds of erased accounts: at once what has ended, and the rest when it ends. */
export function createErasure(sql: Sql) {
  const erasures = createErasureRepository(sql);

  async function handle({ tx, fresh }: EventUnit<SqlTransaction, EventOf<'user.erased'>>): Promise<void> {
    const inTx = createErasureRepository(tx);
    const accounts = fresh.map(({ payload }) => payload);
    await inTx.remember(accounts);
    await inTx.clear(accounts.map(({ userId }) => userId));
  }

  /** Clears the orders that have ended since, and what a request wrote that was under way at the erasure. */
  async function complete(): Promise<void> {
    const userIds = await erasures.unsettled(BATCH);
    if (userIds.length === 0) return;
    await erasures.clear(userIds);
    await erasures.settle(userIds);
  }

  return { handle, complete };
}
