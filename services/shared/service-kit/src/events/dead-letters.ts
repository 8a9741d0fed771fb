import type { Redis } from 'ioredis';
import { z } from 'zod';
import { streams as allStreams } from '@bramble/contracts/events';
import { type DeadLetter, deadLettersApi, gatewayApi } from '@bramble/contracts/gateway';
import type { Page } from '@bramble/contracts/page';
import type { Change } from '../base/act';
import { decodeCursor, toPage } from '../base/cursor';
import { AppError } from '../base/errors';
import { endpoint } from '../http/endpoint';
import type { Telemetry } from '../observe/telemetry';
import type { Mountable } from '../runtime/service';
import { fieldsOf } from './consumer/entry';
import { deadKey, replayStream } from './consumer/keys';
import { compareStreamIds } from './stream-id';
import type { UnitStore } from './unit';

/** Which dead letters: of these streams (all unless given), and of one group (of all groups without `group`). */
export interface DeadLetterScope {
  redis: Redis;
  streams?: readonly string[];
  group?: string;
}

const SCAN = 200;
const streamsOf = ({ streams = Object.keys(allStreams) }: DeadLetterScope): readonly string[] => streams;
const cursorSchema = z.tuple([z.string().regex(/^\d+-\d+$/), z.string()]);
const idPattern = /^([a-z_]+)\.([a-z]+)\.(\d+-\d+)$/;

interface Found {
  stream: string;
  entryId: string;
  fields: Record<string, string>;
}

const json = (text: string): DeadLetter['payload'] => {
  try {
    return JSON.parse(text) as DeadLetter['payload'];
  } catch {
    return text;
  }
};

const toLetter = ({ stream, entryId, fields }: Found): DeadLetter => ({
  id: `${stream}.${fields['group'] ?? ''}.${entryId}`,
  stream,
  group: fields['group'] ?? '',
  eventId: fields['id'] ?? '',
  type: fields['type'] ?? '',
  key: fields['key'] ?? '',
  attempts: Number(fields['attempts'] ?? 0),
  error: `${fields['reason'] ?? 'handler'}: ${fields['error'] ?? ''}`,
  failedAt: fields['failedAt'] ?? new Date(Number(entryId.split('-')[0])).toISOString(),
  payload: json(fields['payload'] ?? 'null'),
});

/** Newest first; two streams may hold the same entry id. */
const newestFirst = (a: Found, b: Found) =>
  compareStreamIds(b.entryId, a.entryId) || a.stream.localeCompare(b.stream);

/** The group's letters of one stream at or below `from`, newest first, at most `count`. */
async function scan(
  { redis, group }: DeadLetterScope,
  stream: string,
  from: string,
  count: number,
): Promise<Found[]> {
  const found: Found[] = [];
  let start = from;
  while (found.length < count) {
    const entries = await redis.xrevrange(deadKey(stream), start, '-', 'COUNT', SCAN);
    for (const [entryId, flat] of entries) {
      const fields = fieldsOf(flat);
      if (group === undefined || fields['group'] === group) found.push({ stream, entryId, fields });
    }
    const last = entries.at(-1);
    if (entries.length < SCAN || !last) break;
    start = `(${last[0]}`;
  }
  return found;
}

/** A page of dead letters, newest first. A malformed cursor is `invalid_input`. */
export async function listDead(
  scope: DeadLetterScope,
  { limit, cursor }: { limit: number; cursor?: string | undefined },
): Promise<Page<DeadLetter>> {
  const after = cursor === undefined ? undefined : decodeCursor(cursor, cursorSchema);
  const scanned = await Promise.all(
    // Two more than the page: one shows that there is a next page, one may be the last letter of the page before.
    streamsOf(scope).map((stream) => scan(scope, stream, after?.[0] ?? '+', limit + 2)),
  );
  const position = after && { entryId: after[0], stream: after[1], fields: {} };
  const rows = scanned
    .flat()
    .filter((found) => !position || newestFirst(position, found) < 0)
    .sort(newestFirst);
  return toPage(rows, limit, toLetter, (row) => [row.entryId, row.stream]);
}

function locate(scope: DeadLetterScope, id: string) {
  const { group } = scope;
  const [, stream, owner, entryId] = idPattern.exec(id) ?? [];
  if (
    !stream ||
    !owner ||
    !entryId ||
    !streamsOf(scope).includes(stream) ||
    (group !== undefined && group !== owner)
  )
    throw new AppError('not_found');
  return { stream, owner, entryId };
}

/** One dead letter by its id `<stream>.<group>.<entry id>`; `not_found` when it is gone or another group's. */
export async function showDead(scope: DeadLetterScope, id: string): Promise<DeadLetter> {
  const { stream, owner, entryId } = locate(scope, id);
  const [entry] = await scope.redis.xrange(deadKey(stream), entryId, entryId);
  const fields = fieldsOf(entry?.[1] ?? []);
  if (fields['group'] !== owner) throw new AppError('not_found');
  return toLetter({ stream, entryId, fields });
}

/**
 * KEYS: the dead letters, the replay stream; ARGV: the entry's id, its group. The entry is deleted and added in one step, so
 * that of two replays at the same time only one has an effect.
 */
const replayScript = `
local entry = redis.call('XRANGE', KEYS[1], ARGV[1], ARGV[1])[1]
if not entry then return 0 end
local flat = {}
local owner
for i = 1, #entry[2], 2 do
  if entry[2][i] == 'group' then owner = entry[2][i + 1] end
  flat[#flat + 1] = entry[2][i]
  flat[#flat + 1] = entry[2][i + 1]
end
if owner ~= ARGV[2] then return 0 end
redis.call('XADD', KEYS[2], '*', unpack(flat))
redis.call('XDEL', KEYS[1], ARGV[1])
return 1`;

/**
 * Sends a dead letter through its group's handler once more. Its claim was never committed, so it is handled like a new
 * event; when it fails again it becomes a new dead letter. `not_found` when it is gone.
 */
export async function replayDead(scope: DeadLetterScope, id: string): Promise<void> {
  const { stream, owner, entryId } = locate(scope, id);
  const sent = await scope.redis.eval(
    replayScript,
    2,
    deadKey(stream),
    replayStream(stream, owner),
    entryId,
    owner,
  );
  if (sent !== 1) throw new AppError('not_found');
}

/** Deletes a dead letter for good; `not_found` when it is gone. */
export async function discardDead(scope: DeadLetterScope, id: string): Promise<void> {
  await showDead(scope, id);
  const { stream, entryId } = locate(scope, id);
  if ((await scope.redis.xdel(deadKey(stream), entryId)) === 0) throw new AppError('not_found');
}

export interface DeadLetterEndpoints extends DeadLetterScope {
  group: string;
  /** Commits an audit entry of what an admin does with a letter, before it is done: Redis takes no part in a transaction. */
  audit: (change: Change) => Promise<void>;
}

/** The `audit` of a service with an outbox. */
export const auditBy =
  ({ transaction }: Pick<UnitStore<unknown>, 'transaction'>) =>
  (change: Change): Promise<void> =>
    transaction((unit) => Promise.resolve(unit.record(change)));

/** The internal routes through which the gateway reaches the dead letters of this service's group. */
export function deadLetterEndpoints(
  { log }: Pick<Telemetry, 'log'>,
  { audit, ...scope }: DeadLetterEndpoints,
): Mountable[] {
  async function auditLetter(action: string, id: string): Promise<void> {
    const { type, key, eventId } = await showDead(scope, id);
    await audit({ action, target: id, after: { type, key, eventId } });
  }

  return [
    endpoint(deadLettersApi.list, ({ query }) => listDead(scope, query)),
    endpoint(deadLettersApi.replay, async ({ params }) => {
      await auditLetter(gatewayApi.replayDeadLetter.id, params.id);
      await replayDead(scope, params.id);
      log.info({ dead_letter: params.id }, 'a dead letter is replayed');
      return undefined;
    }),
    endpoint(deadLettersApi.discard, async ({ params }) => {
      await auditLetter(deadLettersApi.discard.id, params.id);
      await discardDead(scope, params.id);
      log.info({ dead_letter: params.id }, 'a dead letter was discarded');
      return undefined;
    }),
  ];
}
