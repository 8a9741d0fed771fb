import type { Sql } from '@bramble/service-kit/stores/postgres';
import { rebuildSales } from '../reports/rebuild.repository';

export const reportsUsage = 'reports rebuild';

/** `bramble-admin reports rebuild`: makes the read model of the reports anew from the orders' history while the shop goes on. */
export async function reportsCommand(sql: Sql, words: readonly string[]): Promise<string> {
  if (words.length !== 1 || words[0] !== 'rebuild') throw new Error(`usage: bramble-admin ${reportsUsage}`);
  const { after, different, ordersOff } = await rebuildSales(sql);
  if (ordersOff > 0)
    throw new Error(
      `the reports were made anew with ${after} lines, but ${ordersOff} orders are not in the state that their history ends with`,
    );
  return `${after} lines made anew from the history; ${different === 0 ? 'they are what they were' : `${different} had been missing or wrong`}`;
}
