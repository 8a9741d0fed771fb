import type { Service } from '@bramble/service-kit/runtime/service';
import type { Redis } from '@bramble/service-kit/stores/redis';

/** On it catalog says the id of each product that changed. */
const CHANNEL = 'catalog:changed';

/** Listens for changed products on a connection of its own; while Redis is away nothing is heard and copies age out. */
export function subscribeToChanges(
  service: Service,
  redis: Redis,
  onChanged: (productId: string) => void,
): void {
  const listener = redis.duplicate();
  listener.on('error', () => undefined);
  listener.on('message', (_channel: string, productId: string) => onChanged(productId));
  listener.on('ready', () => {
    listener.subscribe(CHANNEL).catch((error: unknown) => {
      service.log.warn({ err: error }, 'changes of the catalogue are not heard');
    });
  });
  service.onStart('catalogue changes', () => listener.connect().catch(() => undefined));
  service.onStop('catalogue changes', () => {
    listener.disconnect();
    return Promise.resolve();
  });
}
