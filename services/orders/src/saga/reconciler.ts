import type { Logger } from '@bramble/service-kit/observe/logger';
import type { Saga } from './saga.service';

const BATCH = 128;

/**
 * Repairs orders that are due: those with an expired reservation or a step that was not answered. One process at a time
 * does it; it sends the unanswered step again, and the table alone changes a state.
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
