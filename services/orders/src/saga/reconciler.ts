import type { Logger } from '@bramble/service-kit/observe/logger';
import type { Saga } from './saga.service';

const BATCH = 128;

/**
 * Looks for orders whose time has come: expired reservations and steps that nobody answered. One process at a time does
 * it; it sends again what is owed, and the table alone changes a state.
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
