import { sagaEvents } from '../life/order.states';
import type { OrderUnit, Saga } from './saga.service';

/** Moves orders by the events of the other services. */
export const orderConsumer = (saga: Saga) => ({
  group: 'orders',
  types: sagaEvents,
  handle: (unit: OrderUnit) => saga.handle(unit),
});
