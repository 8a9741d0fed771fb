import { setTimeout as pause } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { requiredGroups, type Stream, streams } from '@bramble/contracts/events';
import { groupsOf } from '../chaos/streams';

/** How many events waited for each reader, such as `orders_stream → catalog`. */
export interface QueueSample {
  seconds: number;
  waiting: Record<string, number>;
}
const SAMPLE_MS = 50;

/** Events that no reader has got yet, and events that a reader has got and not acknowledged. */
async function waitingOn(redis: Redis, stream: Stream): Promise<[string, number][]> {
  const groups = await groupsOf(redis, stream);
  return Promise.all(
    groups
      .filter(({ name }) => requiredGroups[stream].includes(name))
      .map(async ({ name, pending, lastDelivered }) => {
        const unread = await redis.xrange(stream, `(${lastDelivered}`, '+');
        return [`${stream} → ${name}`, pending + unread.length] as [string, number];
      }),
  );
}

/** Looks at the queue again and again until `ended` is done; the samples begin with the first event that waits. */
export async function watchQueue(redis: Redis, ended: Promise<unknown>): Promise<QueueSample[]> {
  const samples: QueueSample[] = [];
  let going = true;
  const stop = () => void (going = false);
  ended.then(stop, stop);
  const startedAt = performance.now();
  while (going) {
    const entries = await Promise.all(
      (Object.keys(streams) as Stream[]).map((stream) => waitingOn(redis, stream)),
    );
    const waiting = Object.fromEntries(entries.flat());
    const seconds = (performance.now() - startedAt) / 1_000;
    if (samples.length > 0 || Object.values(waiting).some((count) => count > 0))
      samples.push({ seconds, waiting });
    await pause(SAMPLE_MS);
  }
  await ended;
  const first = samples[0]?.seconds ?? 0;
  return samples.map(({ seconds, waiting }) => ({ seconds: seconds - first, waiting }));
}

/** All events that waited in one sample. */
export const waitingIn = (sample: QueueSample | undefined): number =>
  Object.values(sample?.waiting ?? {}).reduce((sum, count) => sum + count, 0);

export interface Busy {
  reader: string;
  most: number;
}
/** The readers for which events waited, the longest queue first. */
export function busyReaders(samples: readonly QueueSample[]): Busy[] {
  const most = new Map<string, number>();
  for (const { waiting } of samples)
    for (const [reader, count] of Object.entries(waiting))
      most.set(reader, Math.max(count, most.get(reader) ?? 0));
  return [...most]
    .map(([reader, count]) => ({ reader, most: count }))
    .filter((busy) => busy.most > 0)
    .sort((a, b) => b.most - a.most);
}
