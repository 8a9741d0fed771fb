import type { Redis } from 'ioredis';
import { events } from '@bramble/contracts/events';
import { counter } from '../../observe/metrics';
import type { Telemetry } from '../../observe/telemetry';
import type { Span, Tracing } from '../../observe/tracing/tracing';
import { compareStreamIds, ZERO_ID } from '../stream-id';
import type { Leadership, OutboxRow, SentRow } from './outbox-store';
import { publish, type Published, type StreamBatch } from './publish';

export interface SenderOptions extends Telemetry {
  tracing: Tracing | undefined;
  redis: Redis;
  streams: readonly string[];
}

/** The highest entry id recorded for each stream; changed as rows are sent. */
export type Highest = Map<string, string>;

/** Sends rows to their streams and records the ids that Redis gave them. */
export function createSender({ log, metrics, tracing, redis, streams }: SenderOptions) {
  const published = counter({ metrics }, 'bramble_events_published_total');
  for (const [type, { stream }] of Object.entries(events))
    if (streams.includes(stream)) published.inc({ type }, 0);

  /** True when every batch was taken; false when a stream had lost entries, whose rows are unsent again. */
  async function send(
    leader: Leadership,
    highest: Highest,
    batches: readonly StreamBatch[],
  ): Promise<boolean> {
    const results = await publishTraced(batches, leader.fence);
    const sent: SentRow[] = [];
    let whole = true;
    for (const [i, batch] of batches.entries()) {
      const result = results[i];
      if (!result) continue;
      if ('lost' in result) {
        whole = false;
        await unsendLost(leader, highest, batch, result.lost);
      } else sent.push(...sentRows(batch, result.ids, highest));
    }
    if (sent.length > 0) await leader.recordSent(sent);
    return whole;
  }

  async function publishTraced(batches: readonly StreamBatch[], fence: number): Promise<Published[]> {
    const spans = batches.filter(({ rows }) => rows.length > 0).map(startSpan);
    try {
      const results = await publish(redis, batches, fence);
      for (const span of spans) span?.end();
      return results;
    } catch (error) {
      for (const span of spans) span?.end({ error: String(error) });
      throw error;
    }
  }

  const startSpan = ({ stream, rows }: StreamBatch): Span | undefined =>
    tracing?.start({
      name: `send ${stream}`,
      kind: 'producer',
      // Linked to the producers' spans and not their child: a consumer's parent is the producer's span.
      links: [...new Set(rows.map(({ traceparent }) => traceparent))],
      attributes: {
        'messaging.system': 'redis',
        'messaging.operation.type': 'send',
        'messaging.destination.name': stream,
        'messaging.batch.message_count': rows.length,
      },
    });

  async function unsendLost(
    leader: Leadership,
    highest: Highest,
    batch: StreamBatch,
    last: string,
  ): Promise<void> {
    const count = await leader.unsendAbove(batch.stream, last);
    highest.set(batch.stream, last);
    log.error(
      { stream: batch.stream, recorded: batch.highest, found: last, events: count },
      'Redis lost entries: publishing them again',
    );
  }

  function sentRows(batch: StreamBatch, ids: readonly string[], highest: Highest): SentRow[] {
    const last = ids.at(-1);
    if (last !== undefined && compareStreamIds(last, batch.highest) > 0) highest.set(batch.stream, last);
    return batch.rows.flatMap((row, i) => {
      const streamId = ids[i];
      if (streamId === undefined) return [];
      published.inc({ type: row.type });
      return [{ position: row.position, streamId }];
    });
  }

  return { send };
}
export type Sender = ReturnType<typeof createSender>;

/** Rows by their stream. `all` adds an empty batch for each other stream, to find out whether it lost entries. */
export function batchByStream(
  rows: readonly OutboxRow[],
  highest: Highest,
  all: readonly string[],
): StreamBatch[] {
  const byStream = new Map<string, OutboxRow[]>(all.map((stream) => [stream, []]));
  for (const row of rows) {
    const list = byStream.get(row.stream);
    if (list) list.push(row);
    else byStream.set(row.stream, [row]);
  }
  return [...byStream].map(([stream, list]) => ({
    stream,
    highest: highest.get(stream) ?? ZERO_ID,
    rows: list,
  }));
}
