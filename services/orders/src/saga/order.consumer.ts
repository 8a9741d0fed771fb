import { sagaEvents } from '../life/order.states';
import type { OrderUnit, Saga } from './saga.service';

/** The consumer that applies the events of other services to orders. */
export const orderConsumer = (saga: Saga) => ({
  group: 'orders',
  types: sagaEvents,
  handle: (unit: OrderUnit) => saga.handle(unit),
});
