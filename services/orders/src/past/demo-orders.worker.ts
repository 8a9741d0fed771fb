import { pause } from '@bramble/service-kit/runtime/clock';
import type { Service } from '@bramble/service-kit/runtime/service';
import type { PastOrders } from './past-order.service';

/**
 * A try sends at most two requests to a neighbour that does not answer yet, and five in 10 s open a breaker. An open
 * breaker would refuse the first shoppers for 5 s, although the shop is ready.
 */
const RETRY_MS = 6_000;

/** Adds the demo's past orders in the background, once payments and the demo catalogue can price them. */
export function addDemoOrders(service: Service, orders: PastOrders): void {
  const controller = new AbortController();
  const { signal } = controller;
  let running: Promise<void> | undefined;

  async function seed(): Promise<boolean> {
    try {
      const { seedOrders } = await import('@bramble/demo/orders.seeder');
      const added = await seedOrders(orders, { now: Date.now() });
      if (added > 0) service.log.info({ orders: added }, "the demo buyer's past orders were added");
      return true;
    } catch (error) {
      service.log.debug({ err: error }, 'past orders of the demo cannot be added yet');
      return false;
    }
  }

  async function loop(): Promise<void> {
    while (!signal.aborted && !(await seed())) await pause(RETRY_MS, signal);
  }

  service.worker({
    name: 'demo orders',
    start: () => {
      running = loop();
    },
    stop: async () => {
      controller.abort();
      await running;
    },
  });
}
