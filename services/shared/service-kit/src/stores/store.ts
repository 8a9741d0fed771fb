import { gauge } from '../observe/metrics';
import { backoff, retry } from '../runtime/clock';
import type { Service } from '../runtime/service';

const MAX_WAIT_MS = 30_000;

/**
 * Waits up to 30 s until `ping` succeeds: NetworkPolicies and stores may come up after the pod. Afterwards readiness
 * and `bramble_store_up` follow `ping`, which runs at most once a second. A store that requests can do without is tried
 * once at the start, is no part of readiness, and shows in `bramble_store_up` alone.
 */
export function watchStore(
  service: Service,
  store: string,
  ping: () => Promise<unknown>,
  { required = true }: { required?: boolean } = {},
): void {
  const up = gauge(service, 'bramble_store_up');
  let checkedAt = -Infinity;
  let last: Promise<unknown> = Promise.resolve();
  const check = () => {
    if (performance.now() - checkedAt > 1_000) {
      checkedAt = performance.now();
      last = ping().then(
        () => up.set({ store }, 1),
        (error: unknown) => {
          up.set({ store }, 0);
          throw error;
        },
      );
      last.catch(() => undefined);
    }
    return last;
  };
  service.onStart(store, async () => {
    if (!required) {
      await check().catch((error: unknown) => {
        service.log.warn({ err: error, store }, 'starting without a store');
      });
      return;
    }
    await retry(ping, {
      ms: MAX_WAIT_MS,
      wait: (attempt) => backoff(attempt, { base: 100, max: 1_000 }),
      onFailure: (error, attempt) => {
        if (attempt === 1) service.log.warn({ err: error, store }, 'waiting for a store');
      },
    }).catch((cause: unknown) => {
      throw new Error(`${store} did not answer within 30 s`, { cause });
    });
    up.set({ store }, 1);
  });
  if (required) service.readiness(store, check);
  const timer = setInterval(() => void check().catch(() => undefined), 5_000);
  timer.unref();
  service.onStop(store, () => {
    clearInterval(timer);
    return Promise.resolve();
  });
}
