import { z } from 'zod';
import type { ReportRow, Sale } from '@bramble/contracts/orders';
import { idSchema, type Page } from '@bramble/contracts/page';
import { type Actor, isAdmin, userIdOf } from '@bramble/service-kit/base/actor';
import { decodeCursor, toPage } from '@bramble/service-kit/base/cursor';
import type { GroupBy, SalesRepository } from './sales.repository';

const cursorSchema = z.tuple([idSchema, z.int()]);
const DAY_MS = 86_400_000;
const isDay = (text: string) => /^\d{4}-\d{2}-\d{2}$/.test(text);

/** Sellers see their own sales, admins see all. */
const sellerFilter = (actor: Actor) => (isAdmin(actor) ? undefined : userIdOf(actor));
/** An end that is a day includes that day; an end that is a time is exclusive. */
const endOf = (to: string) => new Date(Date.parse(to) + (isDay(to) ? DAY_MS : 0));

export function createSalesService(sales: SalesRepository) {
  function report(
    actor: Actor,
    { groupBy, from, to }: { groupBy: GroupBy; from?: string | undefined; to?: string | undefined },
  ): Promise<ReportRow[]> {
    return sales.report(
      groupBy,
      { ...(from ? { from: new Date(from) } : {}), ...(to ? { to: endOf(to) } : {}) },
      sellerFilter(actor),
    );
  }

  async function lines(
    actor: Actor,
    { limit, cursor }: { limit: number; cursor?: string | undefined },
  ): Promise<Page<Sale>> {
    const position = cursor === undefined ? undefined : decodeCursor(cursor, cursorSchema);
    const before = position && { orderId: position[0], lineNo: position[1] };
    const rows = await sales.lines(sellerFilter(actor), limit + 1, before);
    return toPage(
      rows,
      limit,
      ({ sale }) => sale,
      (row) => [row.position.orderId, row.position.lineNo],
    );
  }

  return { report, lines };
}
export type SalesService = ReturnType<typeof createSalesService>;
