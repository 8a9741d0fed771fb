import { backoff, pause } from '../runtime/clock';
import type { Service } from '../runtime/service';
import { gauge } from '../observe/metrics';

const PATIENCE_MS = 30_000;

/**
 * Waits up to 30 s until `ping` succeeds: NetworkPolicies and stores may come up after the pod. Then readiness and
 * `bramble_store_up` follow `ping`, asked at most once a second however many ask.
 */
export function watchStore(service: Service, store: string, ping: () => Promise<unknown>): void {
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
    const deadline = performance.now() + PATIENCE_MS;
    for (let attempt = 1; ; attempt++) {
      try {
        await ping();
        up.set({ store }, 1);
        return;
      } catch (error) {
        if (performance.now() > deadline)
          throw new Error(`${store} did not answer within 30 s`, { cause: error });
        if (attempt === 1) service.log.warn({ err: error, store }, 'waiting for a store');
        await pause(backoff(attempt, { base: 100, max: 1_000 }));
      }
    }
  });
  service.readiness(store, check);
  const timer = setInterval(() => void check().catch(() => undefined), 5_000);
  timer.unref();
  service.onStop(store, () => {
    clearInterval(timer);
    return Promise.resolve();
  });
}
