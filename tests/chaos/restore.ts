import { setTimeout as pause } from 'node:timers/promises';
import { waitFor } from '@bramble/test-kit/wait-for';
import { LIFE_MS } from './goodput';
import { count, type Inflicted, type InflictOptions } from './inflict';
import { goneOrders, type Ledger } from './ledger';
import { orderRows } from './order-rows';
import type { People } from './people';

const STARTS_MS = 120_000;
export const RESTORE = 'a restore under load';

/**
 * Saves all databases while shoppers order, lets shoppers go on, restores them while shoppers go on, and lets shoppers go on
 * again. Each of the three times lasts a third of `minutes` and the life of an order, so that some orders meet no cause.
 */
export async function inflictRestore(
  { rig, trouble, say, people }: Pick<InflictOptions, 'rig' | 'trouble' | 'say'> & { people: People },
  ledger: Ledger,
  seen: Inflicted,
  minutes: number,
): Promise<void> {
  const shopping = () => pause((minutes * 60_000) / 3 + LIFE_MS);
  await shopping();
  say('a backup');
  ledger.restore.backupBegins();
  await rig.archive.save();
  say('the backup is complete');
  await shopping();
  say('a restore');
  const endTrouble = trouble.begin();
  ledger.restore.restoreBegins();
  const refunded = await rig.archive.restore();
  ledger.restore.restoreEnds(ledger.stock, refunded);
  say('the services start again');
  // Before events of the time after the backup arrive, the database holds what the archive held.
  const gone = goneOrders(ledger, await orderRows(rig.clients));
  await waitFor(rig.isHealthy, { what: 'a healthy shop', timeout: STARTS_MS, interval: 200 });
  await people.signInAgain();
  endTrouble();
  say(
    `${gone} acknowledged orders are gone, and refunds of ${refunded.size} orders are known to the provider alone`,
  );
  if (gone > 0) count(seen, RESTORE);
  else seen.failed.push(`${RESTORE}: no acknowledged order was placed after the backup`);
  await shopping();
}
