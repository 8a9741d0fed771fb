import { newId } from '@bramble/service-kit/base/ids';
import type { Eyes } from './eyes';

export const POISON = 'an event that no schema accepts';

/** Adds entries that no schema accepts, the only ones that may become dead letters; answers their ids. */
export async function addPoison({ redis }: Eyes): Promise<string[]> {
  const ids: string[] = [];
  for (const stream of ['orders_stream', 'payments_stream']) {
    const id = newId();
    ids.push(id);
    const fields = {
      id,
      type: stream === 'orders_stream' ? 'order.placed' : 'payment.captured',
      version: '1',
      occurredAt: new Date().toISOString(),
      key: id,
      correlationId: 'poison',
      traceparent: '',
      payload: '{"no":"payload"}',
    };
    await redis.xadd(stream, '*', ...Object.entries(fields).flat());
  }
  return ids;
}
