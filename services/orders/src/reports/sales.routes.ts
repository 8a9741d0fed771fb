import { ordersApi } from '@bramble/contracts/orders';
import { endpoint } from '@bramble/service-kit/http/endpoint';
import type { Mountable } from '@bramble/service-kit/runtime/service';
import type { SalesService } from './sales.service';

export const salesRoutes = (sales: SalesService): Mountable[] => [
  endpoint(ordersApi.sales, ({ actor, query }) => sales.lines(actor, query)),
  endpoint(ordersApi.salesReport, async ({ actor, query }) => ({
    items: await sales.report(actor, query),
  })),
];
