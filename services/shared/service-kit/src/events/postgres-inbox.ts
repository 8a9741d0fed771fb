import type { AnyEvent } from '@bramble/contracts/events';
import { purgeStatement } from '../stores/purge';
import type { SqlSession } from '../stores/sql';

/**
 * The claim of events in the inbox, for a statement that does more: `$parameter` holds their ids, and it returns those
 * that nobody has claimed before, for `freshOf`. It is an insertion, so of two consumers with the same event one waits for
 * the other.
 */
export const inboxClaim = (group: string, parameter: number): string =>
  `INSERT INTO inbox (consumer, event_id) SELECT '${group}', unnest($${parameter}::uuid[]) ON CONFLICT DO NOTHING
   RETURNING event_id`;

/** Those of `events` whose ids were claimed just now, in their order; an event that came twice in a batch counts once. */
export function freshOf<E extends Pick<AnyEvent, 'id'>>(
  events: readonly E[],
  claimed: readonly string[],
): E[] {
  const left = new Set(claimed);
  return events.filter((event) => left.delete(event.id.toLowerCase()));
}

/** Claims events for `group` in the inbox of the database, within the transaction of their effect. */
export async function claimInPostgres<E extends Pick<AnyEvent, 'id'>>(
  tx: SqlSession,
  group: string,
  events: readonly E[],
): Promise<{ fresh: E[]; loaded: undefined }> {
  const { rows } = await tx.query<{ event_id: string }>({
    name: `inbox-claim-${group}`,
    text: inboxClaim(group, 1),
    values: [events.map((event) => event.id)],
  });
  const claimed = rows.map((row) => row.event_id);
  return { fresh: freshOf(events, claimed), loaded: undefined };
}

const OLD_CLAIMS = purgeStatement({ table: 'inbox', by: 'received_at', age: '7 days' });

/** Deletes up to 2,000 claims older than seven days: no replay can bring their events again. Answers how many. */
export async function deleteOldClaims(session: SqlSession): Promise<number> {
  const { rowCount } = await session.query({ text: OLD_CLAIMS });
  return rowCount ?? 0;
}

/** Takes the claims of events out of the inbox again, so that the group handles them once more. */
export async function unclaimInPostgres(
  tx: SqlSession,
  group: string,
  ids: readonly string[],
): Promise<void> {
  await tx.query({
    text: 'DELETE FROM inbox WHERE consumer = $1 AND event_id = ANY($2::uuid[])',
    values: [group, ids],
  });
}
