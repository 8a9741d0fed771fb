import { events, type AnyEvent } from '@bramble/contracts/events';
import { idSchema, timeSchema } from '@bramble/contracts/page';
import { z } from 'zod';

/** An entry as Redis answers it: its id and its flat fields, or null when it is gone from the stream. */
export type RawEntry = [id: string, fields: string[] | null];

/** An entry of a stream. `stream` is the key it was read from; `origin` is the stream it was published to. */
export interface Entry {
  stream: string;
  origin: string;
  id: string;
  fields: Readonly<Record<string, string>>;
}
/** An entry that holds a valid event. */
export interface EventEntry extends Entry {
  event: AnyEvent;
}

const envelopeSchema = z.object({
  id: idSchema,
  version: z.coerce.number().int().min(1),
  occurredAt: timeSchema,
  key: z.string().min(1),
  correlationId: z.string(),
  traceparent: z.string(),
});

export type Parsed =
  | { kind: 'event'; entry: EventEntry }
  | { kind: 'ignored' }
  | { kind: 'bad'; reason: 'schema' | 'unknown_type'; error: string };

/** Redis's flat list of names and values as an object. */
export function fieldsOf(flat: readonly string[]): Record<string, string> {
  const fields: Record<string, string> = {};
  for (let i = 0; i + 1 < flat.length; i += 2) fields[flat[i] ?? ''] = flat[i + 1] ?? '';
  return fields;
}

/**
 * Reads an entry as an event. A known type that is not among `types` is ignored without looking at its payload; an unknown
 * type and whatever a schema refuses is bad.
 */
export function parseEntry(entry: Entry, types: ReadonlySet<string> | undefined): Parsed {
  const { type = '', payload = '' } = entry.fields;
  if (!Object.hasOwn(events, type))
    return { kind: 'bad', reason: 'unknown_type', error: `unknown type of event: ${type.slice(0, 100)}` };
  if (types && !types.has(type)) return { kind: 'ignored' };
  const envelope = envelopeSchema.safeParse(entry.fields);
  if (!envelope.success) return { kind: 'bad', reason: 'schema', error: z.prettifyError(envelope.error) };
  let json: unknown;
  try {
    json = JSON.parse(payload);
  } catch (error) {
    return { kind: 'bad', reason: 'schema', error: `the payload is no JSON: ${String(error)}` };
  }
  const body = events[type as keyof typeof events].payload.safeParse(json);
  if (!body.success) return { kind: 'bad', reason: 'schema', error: z.prettifyError(body.error) };
  // The table of events pairs each type with its payload's schema, which TypeScript cannot follow through a lookup.
  const event = { ...envelope.data, type, payload: body.data } as AnyEvent;
  return { kind: 'event', entry: { ...entry, event } };
}
