import type { Redis } from 'ioredis';
import { requiredGroups, type Stream, streams } from '@bramble/contracts/events';
import type { StoreClients } from '../helpers/store-clients';

/** Every stream with each group that must read it. */
export const allPairs = (Object.keys(streams) as Stream[]).flatMap((stream) =>
  requiredGroups[stream].map((group) => ({ stream, group })),
);

interface Group {
  name: string;
  pending: number;
  lastDelivered: string;
}
export async function groupsOf(redis: Redis, stream: string): Promise<Group[]> {
  const reply = (await redis.xinfo('GROUPS', stream).catch(() => [])) as unknown[];
  return reply.map((entry) => {
    const fields = Array.isArray(entry)
      ? Object.fromEntries(
          Array.from({ length: entry.length / 2 }, (_, i) => [
            String(entry[2 * i]),
            entry[2 * i + 1] as unknown,
          ]),
        )
      : (entry as Record<string, unknown>);
    return {
      name: String(fields['name']),
      pending: Number(fields['pending']),
      lastDelivered: String(fields['last-delivered-id']),
    };
  });
}
const lastIdOf = async (redis: Redis, stream: string) =>
  (await redis.xrevrange(stream, '+', '-', 'COUNT', 1))[0]?.[0] ?? '0-0';

/** The newest entry of every stream at this moment. */
export async function lastIds(redis: Redis): Promise<ReadonlyMap<string, string>> {
  const ids = new Map<string, string>();
  for (const stream of Object.keys(streams)) ids.set(stream, await lastIdOf(redis, stream));
  return ids;
}

const isBefore = (left: string, right: string) => {
  const [leftMs = 0, leftSeq = 0] = left.split('-').map(Number);
  const [rightMs = 0, rightSeq = 0] = right.split('-').map(Number);
  return leftMs < rightMs || (leftMs === rightMs && leftSeq < rightSeq);
};

/** The groups that are missing, have not read up to `targets`, or have read nothing of a stream with entries. */
export async function notReadAgain(redis: Redis, targets: ReadonlyMap<string, string>): Promise<string[]> {
  const missing: string[] = [];
  for (const { stream, group } of allPairs) {
    const known = (await groupsOf(redis, stream)).find(({ name }) => name === group);
    const target = targets.get(stream) ?? '0-0';
    if (!known) missing.push(`${stream}: no group ${group}`);
    else if (isBefore(known.lastDelivered, target))
      missing.push(`${stream}: ${group} is at ${known.lastDelivered} of ${target}`);
    else if (known.lastDelivered === '0-0' && (await lastIdOf(redis, stream)) !== '0-0')
      missing.push(`${stream}: ${group} has read nothing`);
  }
  return missing;
}

/** The events and rows still in flight between services, a sentence each; empty at rest. */
export async function unfinished({
  orders,
  payments,
  catalog,
  delivery,
  redis,
}: StoreClients): Promise<string[]> {
  const found: string[] = [];
  for (const [name, pool] of [
    ['orders', orders],
    ['payments', payments],
  ] as const) {
    const unsent = Number(
      (await pool.query<{ n: string }>('SELECT count(*) AS n FROM outbox WHERE sent_at IS NULL')).rows[0]
        ?.n ?? 0,
    );
    if (unsent > 0) found.push(`${name} outbox: ${unsent} unsent`);
  }
  const { rows } = await payments.query<{ n: string }>(
    `SELECT (SELECT count(*) FROM payment_attempts WHERE status = 'pending')
          + (SELECT count(*) FROM refunds WHERE status = 'pending') AS n`,
  );
  const unsettled = Number(rows[0]?.n ?? 0);
  if (unsettled > 0) found.push(`payments: ${unsettled} calls of the provider are unsettled`);
  for (const [name, db] of [
    ['catalog', catalog],
    ['delivery', delivery],
  ] as const) {
    const unsent = await db.collection('outbox').countDocuments({ unsent: true });
    if (unsent > 0) found.push(`${name} outbox: ${unsent} unsent`);
  }
  for (const { stream, group } of allPairs) {
    const known = (await groupsOf(redis, stream)).find(({ name }) => name === group);
    const last = await lastIdOf(redis, stream);
    if (!known) found.push(`${stream}: no group ${group}`);
    else if (known.pending > 0) found.push(`${stream}: ${known.pending} pending for ${group}`);
    else if (last !== '0-0' && known.lastDelivered !== last)
      found.push(`${stream}: ${group} is at ${known.lastDelivered} of ${last}`);
  }
  return found;
}
