import type { Sql, SqlTransaction } from '../stores/sql';
import { createLetterStore } from './dead-letters/letter-store';
import { postgresLetters } from './dead-letters/postgres-letters';
import type { Outbox } from './outbox/outbox';
import { claimInPostgres, unclaimInPostgres } from './postgres-inbox';
import { type Claim, createUnitStore, type UnitStore } from './unit';

/**
 * A PostgreSQL database as a unit store. `claim` takes the place of the claim in the inbox, for a service that claims and
 * loads in one statement; what it loads is the unit's `loaded`. Without an outbox the units cannot publish.
 */
export function postgresStore(sql: Sql, outbox?: Outbox<SqlTransaction>): UnitStore<SqlTransaction>;
export function postgresStore<Loaded>(
  sql: Sql,
  outbox: Outbox<SqlTransaction>,
  options: { claim: Claim<SqlTransaction, Loaded> },
): UnitStore<SqlTransaction, Loaded>;
export function postgresStore<Loaded>(
  sql: Sql,
  outbox?: Outbox<SqlTransaction>,
  options?: { claim: Claim<SqlTransaction, Loaded> },
): UnitStore<SqlTransaction, Loaded | undefined> {
  return createUnitStore<SqlTransaction, Loaded | undefined>({
    database: sql,
    outbox,
    claim: options?.claim ?? claimInPostgres,
    deadLetters: (group) =>
      createLetterStore({
        group,
        database: sql,
        outbox,
        inbox: { claim: claimInPostgres, unclaim: unclaimInPostgres },
        table: postgresLetters(sql, group),
      }),
  });
}
