import type { StockService, StockUnit } from './stock.service';

/** Reserves, commits and frees stock as orders are placed, paid and released. */
export const stockConsumer = (stock: StockService) => ({
  group: 'catalog',
  types: ['order.placed', 'order.paid', 'order.released'] as const,
  handle: (unit: StockUnit) => stock.handle(unit),
});
