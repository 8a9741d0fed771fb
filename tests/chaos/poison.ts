import type { Redis } from 'ioredis';
import { streams } from '@bramble/contracts/events';
import { newId } from '@bramble/service-kit/base/ids';
import type { StoreClients } from '../helpers/store-clients';

export const POISON = 'an event that no schema accepts';
export const UNKNOWN = 'an event of a type that only a newer version knows';

/** Adds an event whose payload fits no schema; answers its id. */
async function addEvent(redis: Redis, stream: string, type: string): Promise<string> {
  const id = newId();
  const fields = {
    id,
    type,
    version: '1',
    occurredAt: new Date().toISOString(),
    key: id,
    correlationId: 'chaos',
    traceparent: '',
    payload: '{"no":"payload"}',
  };
  await redis.xadd(stream, '*', ...Object.entries(fields).flat());
  return id;
}

/** Adds entries that no schema accepts, the only ones that may become dead letters; answers their ids. */
export const addPoison = async ({ redis }: StoreClients): Promise<string[]> => [
  await addEvent(redis, 'orders_stream', 'order.placed'),
  await addEvent(redis, 'payments_stream', 'payment.captured'),
];

/** Adds events of a type that only a newer version would know, one to each stream; answers how many. */
export async function addUnknown({ redis }: StoreClients): Promise<number> {
  const names = Object.keys(streams);
  for (const stream of names) await addEvent(redis, stream, 'chaos.invented');
  return names.length;
}
