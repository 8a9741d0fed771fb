import type { Redis } from 'ioredis';
import type { EventName } from '@bramble/contracts/events';

/** An entry of a stream with its payload parsed. */
export interface StreamEntry {
  streamId: string;
  id: string;
  type: EventName;
  key: string;
  correlationId: string;
  payload: Record<string, unknown>;
}

/** Which events of a stream; all of them unless narrowed. */
export interface Selection {
  keys?: readonly string[];
  type?: EventName | undefined;
}

/** The entries that the stream still holds, oldest first. */
export async function eventsIn(
  redis: Redis,
  stream: string,
  { keys, type }: Selection = {},
): Promise<StreamEntry[]> {
  const entries = await redis.xrange(stream, '-', '+');
  const all = entries.map(([streamId, fields]) => {
    const named: Record<string, string> = {};
    for (let at = 0; at + 1 < fields.length; at += 2) named[fields[at] ?? ''] = fields[at + 1] ?? '';
    return {
      streamId,
      id: named['id'] ?? '',
      type: named['type'] as EventName,
      key: named['key'] ?? '',
      correlationId: named['correlationId'] ?? '',
      payload: JSON.parse(named['payload'] ?? '{}') as Record<string, unknown>,
    };
  });
  return all.filter((entry) => (keys?.includes(entry.key) ?? true) && entry.type === (type ?? entry.type));
}
