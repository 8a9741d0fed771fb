import { every } from '@bramble/service-kit/runtime/clock';
import type { Service } from '@bramble/service-kit/runtime/service';
import type { Provider } from '../provider/provider';
import type { Attempt, AttemptRepository } from './attempt.repository';
import type { Refund, RefundRepository } from './refund.repository';
import { createWorkPool, type WorkPool } from './work-pool';

const CAPACITY = 2_000;
const SWEEP_MS = 1_000;

type Item = { id: string };
interface Leases {
  claim(limit: number): Promise<Item[]>;
  postpone(ids: readonly string[], seconds: number): Promise<unknown>;
}

/**
 * The pools that call the provider. Sweeps add unsettled work: after a crash, when a lease lapsed, or when the pool was
 * full.
 */
export function createPaymentPools(
  service: Service,
  {
    provider,
    attempts,
    refunds,
    capture,
    refund,
  }: {
    provider: Provider;
    attempts: AttemptRepository;
    refunds: RefundRepository;
    capture: (attempt: Pick<Attempt, 'id'>) => Promise<void>;
    refund: (refund: Pick<Refund, 'id'>) => Promise<void>;
  },
): { captures: WorkPool<Item>; refunds: WorkPool<Item> } {
  const open = (name: string, leases: Leases, run: (item: Item) => Promise<void>): WorkPool<Item> => {
    const pool = createWorkPool<Item>(service, {
      name,
      concurrency: provider.concurrency,
      capacity: CAPACITY,
      run,
      release: (items) =>
        leases.postpone(
          items.map(({ id }) => id),
          0,
        ),
    });
    every(service, {
      name: `${name} sweep`,
      ms: SWEEP_MS,
      run: async () => {
        const room = pool.room();
        if (room > 0) pool.add(await leases.claim(room));
      },
    });
    return pool;
  };
  return { captures: open('captures', attempts, capture), refunds: open('refunds', refunds, refund) };
}
