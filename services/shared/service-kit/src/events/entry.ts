import { z } from 'zod';
import { type AnyEvent, type EventName, events, versionOf } from '@bramble/contracts/events';
import { idSchema, timeSchema } from '@bramble/contracts/page';

/** An entry as Redis answers it: its id and its flat fields, or null when it is gone from the stream. */
export type RawEntry = [id: string, fields: string[] | null];

/** An entry of a stream. `stream` is the key it was read from; `origin` is the stream it was published to. */
export interface Entry {
  stream: string;
  origin: string;
  id: string;
  fields: Readonly<Record<string, string>>;
}
/** An entry that holds an event. */
export interface EventEntry extends Entry {
  event: AnyEvent;
}

/** What every event has besides its type and its payload. */
export const envelopeSchema = z.object({
  id: idSchema,
  version: z.coerce.number().int().min(1),
  occurredAt: timeSchema,
  key: z.string().min(1),
  correlationId: z.string(),
  traceparent: z.string(),
});

export type Parsed =
  | { kind: 'event'; entry: EventEntry }
  /** A type that the consumer does not list. `known` says whether the contracts of this version have it. */
  | { kind: 'unlisted'; known: boolean }
  /** A type, or a version of it, that the contracts of this process do not have. The payload is not read. */
  | { kind: 'unknown'; entry: EventEntry }
  | { kind: 'invalid'; error: string };

export const isKnownType = (type: string): type is EventName => Object.hasOwn(events, type);

/** True when the contracts of this process have the type of an event, in its version or a newer one. */
export const isReadable = ({ type, version }: { type: string; version: number }): boolean =>
  isKnownType(type) && version <= versionOf(type);

/** How a log line names an entry. */
export const logFields = ({ origin, id, fields }: Entry) => ({
  stream: origin,
  entry_id: id,
  event_id: fields['id'],
  type: fields['type'],
  key: fields['key'],
  correlation_id: fields['correlationId'],
});

/** Redis's flat list of names and values as an object. */
export function fieldsOf(flat: readonly string[]): Record<string, string> {
  const fields: Record<string, string> = {};
  for (let i = 0; i + 1 < flat.length; i += 2) fields[flat[i] ?? ''] = flat[i + 1] ?? '';
  return fields;
}

/**
 * Reads an entry as an event. A type that `types` does not list is skipped without a look at its payload; without `types`
 * every type is read. Whatever a schema refuses is invalid, unless the event is of a newer version than the schema.
 */
export function parseEntry(entry: Entry, types: ReadonlySet<string> | undefined): Parsed {
  const { type = '', payload = '' } = entry.fields;
  const known = isKnownType(type);
  if (types && !types.has(type)) return { kind: 'unlisted', known };
  const envelope = envelopeSchema.safeParse(entry.fields);
  if (!envelope.success) return { kind: 'invalid', error: z.prettifyError(envelope.error) };
  // Only its envelope is read: such an event never reaches a handler.
  if (!known || !isReadable({ type, version: envelope.data.version })) {
    const event = { ...envelope.data, type, payload: {} } as unknown as AnyEvent;
    return { kind: 'unknown', entry: { ...entry, event } };
  }
  let json: unknown;
  try {
    json = JSON.parse(payload);
  } catch (error) {
    return { kind: 'invalid', error: `the payload is no JSON: ${String(error)}` };
  }
  const body = events[type].payload.safeParse(json);
  if (!body.success) return { kind: 'invalid', error: z.prettifyError(body.error) };
  // The table of events pairs each type with its payload's schema, which TypeScript cannot follow through a lookup.
  const event = { ...envelope.data, type, payload: body.data } as AnyEvent;
  return { kind: 'event', entry: { ...entry, event } };
}
