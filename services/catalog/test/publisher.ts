import type { Redis } from 'ioredis';
import { type AnyEvent, events } from '@bramble/contracts/events';

/** Writes events into their streams, as the relay of their service would. */
export function openPublisher(redis: Redis) {
  return async (...all: AnyEvent[]): Promise<void> => {
    const pipeline = redis.pipeline();
    for (const event of all) {
      const fields = { ...event, version: String(event.version), payload: JSON.stringify(event.payload) };
      pipeline.xadd(events[event.type].stream, '*', ...Object.entries(fields).flat());
    }
    await pipeline.exec();
  };
}
