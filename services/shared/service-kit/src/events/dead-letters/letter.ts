import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { DeadLetter } from '@bramble/contracts/gateway';
import { idSchema } from '@bramble/contracts/page';
import { type Entry, envelopeSchema } from '../entry';
import { replayStream } from '../keys';
import type { OutboxDraft } from '../outbox/outbox-store';

/** Why an entry becomes a dead letter. */
export interface DeadLetterCause {
  attempts: number;
  error: string;
  reason: 'schema' | 'unknown_type' | 'handler';
}

/** An event that a group gave up, as its database keeps it. Together with the group, `eventId` names it. */
export interface Letter {
  /** The event's id in lower case; made of the entry's id where the event has none. */
  eventId: string;
  stream: string;
  type: string;
  key: string;
  reason: string;
  error: string;
  attempts: number;
  failedAt: Date;
  /** The error without ids and numbers. Letters of one stream, type and cause have the same `causeId`. */
  cause: string;
  causeId: string;
  /** The entry as it was read. */
  fields: Readonly<Record<string, string>>;
}

const MAX_ERROR = 2_000;
const MAX_CAUSE = 300;
const MAX_NAME = 200;

/** A text without words that contain a digit and without ids of letters only, both of which differ from event to event. */
export const withoutIds = (text: string): string =>
  text.replaceAll(/[\w-]*\d[\w-]*|\b[0-9a-f-]{8,}\b/gi, '#').replaceAll(/\s+/g, ' ');

/** PostgreSQL stores no text with this character. */
const plain = (text: string, max: number): string => text.replaceAll('\0', '\uFFFD').slice(0, max);

/** The fields that earlier versions added to the entry when they wrote it to the dead letters in Redis. */
const CAUSE_FIELDS = ['group', 'entryId', 'attempts', 'error', 'reason', 'failedAt'] as const;

const hash = (...parts: string[]): string => createHash('sha256').update(parts.join('\n')).digest('hex');

function idOf({ stream, id, fields }: Entry): string {
  const given = idSchema.safeParse(fields['id']);
  if (given.success) return given.data.toLowerCase();
  // Two consumers that give up the same entry must make the same id.
  return hash(stream, id).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5');
}

/** The dead letter of an entry that `group` gave up. */
export function toLetter(
  group: string,
  entry: Entry,
  { attempts, error, reason }: DeadLetterCause,
  failedAt = new Date(),
): Letter {
  const fields = Object.fromEntries(
    Object.entries(entry.fields).filter(([name]) => !CAUSE_FIELDS.some((added) => added === name)),
  );
  const type = plain(fields['type'] ?? '', MAX_NAME);
  const cause = withoutIds(plain(error, MAX_ERROR)).slice(0, MAX_CAUSE);
  return {
    eventId: idOf(entry),
    stream: entry.origin,
    type,
    key: plain(fields['key'] ?? '', MAX_NAME),
    reason,
    error: plain(error, MAX_ERROR),
    attempts,
    failedAt,
    cause,
    causeId: hash(entry.origin, group, type, cause).slice(0, 12),
    fields,
  };
}

const json = (text: string): DeadLetter['payload'] => {
  try {
    return JSON.parse(text) as DeadLetter['payload'];
  } catch {
    return text;
  }
};

/** A letter as the contract shows it. */
export const toDeadLetter = (group: string, letter: Letter): DeadLetter => ({
  id: `${letter.stream}.${group}.${letter.eventId}`,
  stream: letter.stream,
  group,
  eventId: letter.fields['id'] ?? '',
  type: letter.type,
  key: letter.key,
  attempts: letter.attempts,
  error: `${letter.reason}: ${letter.error}`,
  failedAt: letter.failedAt.toISOString(),
  payload: json(letter.fields['payload'] ?? 'null'),
  cause: letter.cause,
  causeId: `${letter.stream}.${group}.${letter.causeId}`,
});

const payloadSchema = z.string().transform((text, context): string => {
  try {
    JSON.parse(text);
    return text;
  } catch {
    context.addIssue('no JSON');
    return z.NEVER;
  }
});

/** The row of the outbox that sends a letter to its group again; undefined when the entry is no event at all. */
export function toDraft(group: string, { stream, fields }: Letter): OutboxDraft | undefined {
  const envelope = envelopeSchema.safeParse(fields);
  const payload = payloadSchema.safeParse(fields['payload']);
  if (!envelope.success || !payload.success) return undefined;
  return {
    ...envelope.data,
    stream: replayStream(stream, group),
    type: fields['type'] ?? '',
    payload: payload.data,
  };
}
