import type { Redis } from 'ioredis';
import { collected, type MetricsOwner } from '../../observe/metrics';
import { ageOfStreamId } from '../stream-id';
import type { OutboxStore } from './outbox-store';

const streamNames = [
  'bramble_stream_length',
  'bramble_stream_oldest_unread_age_seconds',
  'bramble_stream_lag_entries',
  'bramble_stream_lag_known',
  'bramble_stream_pending_entries',
  'bramble_stream_oldest_pending_age_seconds',
  'bramble_stream_consumers_active',
] as const;
const outboxNames = ['bramble_outbox_unsent', 'bramble_outbox_oldest_unsent_age_seconds'] as const;

const ACTIVE_MS = 60_000;

type StreamSample = {
  name: (typeof streamNames)[number];
  labels: { stream: string; group: string };
  value: number;
};
type Fields = Record<string, string | number | null>;

/** Redis answers maps as flat lists of names and values. */
const fieldsOf = (flat: unknown): Fields => {
  const list = flat as (string | number | null)[];
  const fields: Fields = {};
  for (let i = 0; i + 1 < list.length; i += 2) fields[String(list[i])] = list[i + 1] ?? null;
  return fields;
};
const firstIdOf = (entries: unknown): string | undefined => (entries as [string, string[]][])[0]?.[0];

/**
 * Exports the state of the outbox and of every group of its streams. The publisher exports its consumers' lag, so a dead
 * consumer still shows up. A lag that Redis does not know (Redis 6 knows none) is `lag_known` 0, never lag 0.
 */
export function streamMetrics(
  owner: MetricsOwner,
  { store, redis, streams }: { store: OutboxStore; redis: Redis; streams: readonly string[] },
): void {
  collected(owner, 'outbox', outboxNames, async () => {
    const { unsent, oldestSeconds } = await store.backlog();
    return [
      { name: 'bramble_outbox_unsent', labels: {}, value: unsent },
      { name: 'bramble_outbox_oldest_unsent_age_seconds', labels: {}, value: oldestSeconds },
    ];
  });
  collected(owner, 'streams', streamNames, async () =>
    (await Promise.all(streams.map((stream) => readStream(redis, stream)))).flat(),
  );
}

async function readStream(redis: Redis, stream: string): Promise<StreamSample[]> {
  const now = Date.now();
  const samples: StreamSample[] = [];
  const add = (name: StreamSample['name'], labels: { stream: string; group?: string }, value: number) =>
    void samples.push({ name, labels: labels as StreamSample['labels'], value });

  const [length, exists] = await Promise.all([redis.xlen(stream), redis.exists(stream)]);
  add('bramble_stream_length', { stream }, length);
  if (exists === 0) return samples;

  const groups = ((await redis.xinfo('GROUPS', stream)) as unknown[]).map(fieldsOf);
  await Promise.all(
    groups.map(async (info) => {
      const group = String(info['name']);
      const labels = { stream, group };
      const [unread, pending, consumers] = await Promise.all([
        redis.xrange(stream, `(${info['last-delivered-id']}`, '+', 'COUNT', 1),
        redis.xpending(stream, group) as Promise<[number, string | null]>,
        redis.xinfo('CONSUMERS', stream, group) as Promise<unknown[]>,
      ]);
      const unreadId = firstIdOf(unread);
      const lag = info['lag'] ?? (unreadId ? null : 0);
      add('bramble_stream_oldest_unread_age_seconds', labels, unreadId ? ageOfStreamId(unreadId, now) : 0);
      add('bramble_stream_lag_known', labels, lag === null ? 0 : 1);
      if (lag !== null) add('bramble_stream_lag_entries', labels, Number(lag));
      add('bramble_stream_pending_entries', labels, pending[0]);
      const oldest = pending[1] ? ageOfStreamId(pending[1], now) : 0;
      add('bramble_stream_oldest_pending_age_seconds', labels, oldest);
      const active = consumers.map(fieldsOf).filter((consumer) => Number(consumer['idle']) < ACTIVE_MS);
      add('bramble_stream_consumers_active', labels, active.length);
    }),
  );
  return samples;
}
