import type { Service } from '@bramble/service-kit/runtime/service';

export interface WorkPoolOptions<T extends { id: string }> {
  name: string;
  concurrency: number;
  capacity: number;
  run: (item: T) => Promise<void>;
  /** Called with items that do not fit, and with waiting items when the service stops. */
  release: (items: T[]) => Promise<unknown>;
}
export interface WorkPool<T> {
  /** Queues as many items as fit, each id once; the others are released for the sweep. */
  add(items: readonly T[]): void;
  /** How many more items fit. */
  room(): number;
}

/**
 * Runs work in the background, at most `concurrency` at once and at most `capacity` waiting. A failed item is logged;
 * its lease lapses, and the sweep adds it again.
 */
export function createWorkPool<T extends { id: string }>(
  service: Service,
  { name, concurrency, capacity, run, release }: WorkPoolOptions<T>,
): WorkPool<T> {
  const waiting = new Map<string, T>();
  const running = new Map<string, Promise<void>>();
  let open = true;

  const next = (): void => {
    for (const [id, item] of waiting) {
      if (running.size >= concurrency) return;
      waiting.delete(id);
      const work = run(item)
        .catch((error: unknown) =>
          service.log.warn({ err: error, pool: name }, 'a provider call was left unsettled'),
        )
        .then(() => {
          running.delete(id);
          if (open) next();
        });
      running.set(id, work);
    }
  };
  const room = () => (open ? capacity - waiting.size : 0);

  service.worker({
    name,
    start: () => undefined,
    stop: async () => {
      open = false;
      const left = [...waiting.values()];
      waiting.clear();
      if (left.length > 0) await release(left).catch(() => undefined);
      await Promise.all(running.values());
    },
  });

  function add(items: readonly T[]): void {
    const left: T[] = [];
    for (const item of items) {
      if (running.has(item.id)) continue;
      if (room() > 0) waiting.set(item.id, item);
      else left.push(item);
    }
    next();
    // If this fails, the leases lapse by themselves.
    if (left.length > 0) release(left).catch(() => undefined);
  }

  return { room, add };
}
