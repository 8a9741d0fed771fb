import type { Logger } from '@bramble/service-kit/observe/logger';
import { createPostponed } from './postponed';
import type { Saga } from './saga.service';

const BATCH = 128;

/**
 * Acts on orders that are due: those with an expired reservation or an unanswered step. One process at a time runs it.
 * It sends unanswered steps again; only the order table changes a status. A batch that the store refuses is halved until
 * the order that causes it is alone; that order is postponed, and the others go on.
 */
export function createReconciler({ saga, log }: { saga: Saga; log: Logger }) {
  const postponed = createPostponed();

  async function run(signal?: AbortSignal): Promise<number> {
    let total = 0;
    let size = BATCH;
    for (;;) {
      const { ids, repaired, failed, refused } = await saga.repair(size, postponed.ids());
      total += repaired;
      for (const id of failed) postponed.add(id);
      const last = ids.length < size && refused === undefined;
      if (refused === undefined) size = Math.min(BATCH, size * 2);
      else if (ids.length > 1) size = ids.length >> 1;
      else postpone(ids, refused);
      if (last || signal?.aborted) break;
    }
    if (total > 0) log.info({ orders: total }, 'orders that were due got their next step');
    return total;
  }

  function postpone(ids: readonly string[], error: unknown): void {
    for (const id of ids) {
      log.error({ err: error, order_id: id }, 'an order that is due could not be saved');
      postponed.add(id);
    }
  }

  return { run };
}
