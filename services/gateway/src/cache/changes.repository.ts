import type { Service } from '@bramble/service-kit/runtime/service';
import type { Redis } from '@bramble/service-kit/stores/redis';

/** The Redis channel on which catalog publishes the id of each changed product. */
const CHANNEL = 'catalog:changed';

/**
 * Subscribes to changed products, on a connection of its own. While Redis is away no message arrives, and cached
 * answers expire by age.
 */
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
      service.log.warn({ err: error }, 'changes of the catalogue are not received');
    });
  });
  service.onStart('catalogue changes', () => listener.connect().catch(() => undefined));
  service.onStop('catalogue changes', () => {
    listener.disconnect();
    return Promise.resolve();
  });
}
