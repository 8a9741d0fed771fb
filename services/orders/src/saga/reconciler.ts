import type { Logger } from '@bramble/service-kit/observe/logger';
import type { Saga } from './saga.service';

const BATCH = 128;

/**
 * Acts on orders that are due: those with an expired reservation or an unanswered step. One process at a time runs it.
 * It sends unanswered steps again; only the order table changes a status.
 */
export function createReconciler({ saga, log }: { saga: Saga; log: Logger }) {
  return {
    async run(signal?: AbortSignal): Promise<number> {
      let total = 0;
      for (;;) {
        const repaired = await saga.repair(BATCH);
        total += repaired;
        if (repaired < BATCH || signal?.aborted) break;
      }
      if (total > 0) log.info({ orders: total }, 'orders that were due got their next step');
      return total;
    },
  };
}
