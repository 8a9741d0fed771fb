import type { Order } from '@bramble/contracts/orders';
import type { CartRepository } from '../cart/cart.repository';
import { toOrder } from '../life/order.dto';
import type { OrderView } from '../life/order.types';
import type { SalesRepository } from '../reports/sales.repository';
import type { OrderListRepository } from '../store/order-list.repository';

const PAGE = 200;

export interface ExportDependencies {
  lists: OrderListRepository;
  carts: Pick<CartRepository, 'items'>;
  sales: Pick<SalesRepository, 'lines'>;
}

/** All rows of a list that is read page by page. */
async function all<Row>(page: (last: Row | undefined) => Promise<Row[]>): Promise<Row[]> {
  const rows: Row[] = [];
  for (;;) {
    const next = await page(rows.at(-1));
    rows.push(...next);
    if (next.length < PAGE) return rows;
  }
}

const shown = (order: OrderView): Order & { refunds: object[] } => ({
  ...toOrder(order),
  refunds: order.refunds.map(({ requestedAt, confirmedAt, ...refund }) => ({
    ...refund,
    requestedAt: new Date(requestedAt),
    ...(confirmedAt === undefined ? {} : { confirmedAt: new Date(confirmedAt) }),
  })),
});

/** Everything that orders holds of a person: as a buyer the orders and the cart, as a seller the lines that were sold. */
export const createExport =
  ({ lists, carts, sales }: ExportDependencies) =>
  async (userId: string): Promise<Record<string, unknown>> => {
    const orders = await all<OrderView>((last) =>
      lists.list({ userId, ...(last ? { before: last.id } : {}) }, PAGE),
    );
    const sold = await all<Awaited<ReturnType<SalesRepository['lines']>>[number]>((last) =>
      sales.lines(userId, PAGE, last?.position),
    );
    return {
      orders: orders.map(shown),
      cart: await carts.items(`user:${userId}`),
      sales: sold.map(({ sale }) => sale),
    };
  };
