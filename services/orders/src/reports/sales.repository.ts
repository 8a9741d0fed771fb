import { money } from '@bramble/contracts/money';
import type { OrderStatus, ReportRow, Sale } from '@bramble/contracts/orders';
import type { SqlSession } from '@bramble/service-kit/stores/sql';

export interface SalesPeriod {
  from?: Date;
  /** Exclusive. */
  to?: Date;
}
export type GroupBy = 'day' | 'product' | 'seller';
export interface SalePosition {
  orderId: string;
  lineNo: number;
}
interface SaleRow {
  order_id: string;
  line_no: number;
  product_id: string;
  seller_id: string;
  title: string;
  unit_price: number;
  quantity: number;
  line_total: number;
  number: string;
  status: OrderStatus;
  currency: string;
  created_at: Date;
}

const keyOf: Readonly<Record<GroupBy, string>> = {
  day: "to_char(sold_at AT TIME ZONE 'UTC', 'YYYY-MM-DD')",
  product: 'product_id::text',
  seller: 'seller_id::text',
};
const sortOf: Readonly<Record<GroupBy, string>> = {
  day: 'key',
  product: 'revenue DESC, key',
  seller: 'revenue DESC, key',
};

/** Reads sales. `sql` may be a replica, since nothing is written here: the projection is written with the orders. */
export function createSalesRepository(sql: SqlSession, currency: string) {
  /**
   * Sums of the counted lines. `revenue` is the price of the lines; shipping and discounts are not attributed to
   * sellers.
   */
  async function report(
    groupBy: GroupBy,
    { from, to }: SalesPeriod,
    sellerId?: string,
  ): Promise<ReportRow[]> {
    const title = groupBy === 'product' ? ', (array_agg(title ORDER BY sold_at DESC))[1] AS title' : '';
    const { rows } = await sql.query<{
      key: string;
      title?: string;
      orders: number;
      quantity: number;
      revenue: number;
    }>({
      name: `sales-report-${groupBy}`,
      text: `SELECT ${keyOf[groupBy]} AS key${title}, count(DISTINCT order_id) AS orders, sum(quantity)::bigint AS quantity,
          sum(revenue)::bigint AS revenue
        FROM sales WHERE ($1::timestamptz IS NULL OR sold_at >= $1) AND ($2::timestamptz IS NULL OR sold_at < $2)
          AND ($3::uuid IS NULL OR seller_id = $3)
        GROUP BY 1 ORDER BY ${sortOf[groupBy]}`,
      values: [from ?? null, to ?? null, sellerId ?? null],
    });
    return rows.map((row) => ({
      key: row.key,
      ...(row.title === undefined ? {} : { title: row.title }),
      orders: row.orders,
      quantity: row.quantity,
      revenue: money(row.revenue, currency),
    }));
  }

  /** The lines of paid orders, newest order first. */
  async function lines(
    sellerId: string | undefined,
    limit: number,
    before?: SalePosition,
  ): Promise<{ sale: Sale; position: SalePosition }[]> {
    const { rows } = await sql.query<SaleRow>({
      name: 'sales-lines',
      text: `SELECT l.order_id, l.line_no, l.product_id, l.seller_id, l.title, l.unit_price, l.quantity, l.line_total,
          o.number, o.status, o.currency, o.created_at
        FROM order_lines l JOIN orders o ON o.id = l.order_id
        WHERE o.paid_at IS NOT NULL AND ($1::uuid IS NULL OR l.seller_id = $1)
          AND ($2::uuid IS NULL OR l.order_id < $2 OR (l.order_id = $2 AND l.line_no > $3))
        ORDER BY l.order_id DESC, l.line_no LIMIT $4`,
      values: [sellerId ?? null, before?.orderId ?? null, before?.lineNo ?? null, limit],
    });
    return rows.map((row) => ({
      position: { orderId: row.order_id, lineNo: row.line_no },
      sale: {
        orderId: row.order_id,
        number: row.number,
        status: row.status,
        createdAt: row.created_at.toISOString(),
        productId: row.product_id,
        sellerId: row.seller_id,
        title: row.title,
        unitPrice: money(row.unit_price, row.currency),
        quantity: row.quantity,
        lineTotal: money(row.line_total, row.currency),
      },
    }));
  }

  return { report, lines };
}
export type SalesRepository = ReturnType<typeof createSalesRepository>;
