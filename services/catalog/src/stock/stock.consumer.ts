import type { StockService, StockUnit } from './stock.service';

/** The consumer that reserves, commits and releases stock when orders are placed, paid and released. */
export const stockConsumer = (stock: StockService) => ({
  group: 'catalog',
  types: ['order.placed', 'order.paid', 'order.released'] as const,
  handle: (unit: StockUnit) => stock.handle(unit),
});
