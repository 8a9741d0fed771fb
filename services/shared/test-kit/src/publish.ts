import type { Redis } from 'ioredis';
import type { AnyEvent } from '@bramble/contracts/events';
import { streamOf } from '@bramble/service-kit/events/events';
import { fenceKey, publish } from '@bramble/service-kit/events/outbox/publish';
import { ZERO_ID } from '@bramble/service-kit/events/stream-id';

/**
 * Puts events on their streams with the same script as a service's relay. Events of one stream arrive together, so a
 * consumer reads them as one batch.
 */
export async function publishEvents(redis: Redis, ...events: readonly AnyEvent[]): Promise<void> {
  const rows = events.map((event, position) => ({
    ...event,
    position: String(position),
    stream: streamOf(event.type),
    payload: JSON.stringify(event.payload),
  }));
  const streams = [...new Set(rows.map(({ stream }) => stream))];
  for (const stream of streams) {
    // As the stream's own relay would, if it has one.
    const fence = Number((await redis.get(fenceKey(stream))) ?? 0);
    const batch = { stream, highest: ZERO_ID, rows: rows.filter((row) => row.stream === stream) };
    await publish(redis, [batch], fence);
  }
}
