import { events } from '@bramble/contracts/events';
import type { Redis } from 'ioredis';
import { backoff, pause } from '../../runtime/clock';
import type { Service } from '../../runtime/service';
import { isTransient } from '../../base/errors';
import { createGathering } from '../gather';
import { counter } from '../../observe/metrics';
import { compareStreamIds, ZERO_ID } from '../stream-id';
import { createNotifier } from './notifier';
import { publish, type Parcel } from './publish';
import type { Leadership, OutboxRow, OutboxStore, SentRow } from './store';
import { trimStreams } from './trim';
import { createWaker } from './waker';

const BATCH = 512;
const SWEEP_MS = 1_000;
const TRIM_MS = 10_000;
const CLEAN_MS = 60_000;
/** Between two rounds, so that a busy service publishes few large batches instead of many small ones. */
const GATHER = { perEventMs: 0.2, minMs: 2, maxMs: 40 };

export interface RelayOptions {
  store: OutboxStore;
  redis: Redis;
  streams: readonly string[];
}

/**
 * The one publisher of a database's outbox: of all processes that run a relay, one leads and the others wait. Rows are
 * published at least once, in the order of their writing. `wake` says that rows were committed; it is cheap.
 */
export function createRelay(service: Service, { store, redis, streams }: RelayOptions) {
  const published = counter(service, 'bramble_events_published_total');
  for (const [type, { stream }] of Object.entries(events))
    if (streams.includes(stream)) published.inc({ type }, 0);
  const rounds = counter(service, 'bramble_outbox_publishes_total');
  const waker = createWaker();
  const stopping = new AbortController();
  const { signal } = stopping;
  let leading = false;
  let running: Promise<void> | undefined;

  /** Sends the parcels and records what became of them; true when every parcel was taken. */
  const send = async (leader: Leadership, highest: Map<string, string>, parcels: Parcel[]) => {
    const spans = parcels
      .filter(({ rows }) => rows.length > 0)
      .map(({ stream, rows }) =>
        service.tracing?.start({
          name: `send ${stream}`,
          kind: 'producer',
          // Linked, not between: an event's receiver stands below whoever made the event.
          links: [...new Set(rows.map(({ traceparent }) => traceparent))],
          attributes: {
            'messaging.system': 'redis',
            'messaging.operation.type': 'send',
            'messaging.destination.name': stream,
            'messaging.batch.message_count': rows.length,
          },
        }),
      );
    const results = await publish(redis, parcels).catch((error: unknown) => {
      for (const span of spans) span?.end({ error: String(error) });
      throw error;
    });
    for (const span of spans) span?.end();
    const sent: SentRow[] = [];
    let whole = true;
    for (const [i, parcel] of parcels.entries()) {
      const result = results[i];
      if (!result) continue;
      if ('lost' in result) {
        whole = false;
        const again = await leader.unsendAbove(parcel.stream, result.lost);
        highest.set(parcel.stream, result.lost);
        service.log.error(
          { stream: parcel.stream, recorded: parcel.highest, found: result.lost, events: again },
          'Redis lost entries: publishing them again',
        );
        continue;
      }
      for (const [j, row] of parcel.rows.entries()) {
        const streamId = result.ids[j];
        if (streamId === undefined) continue;
        sent.push({ position: row.position, streamId });
        published.inc({ type: row.type });
      }
      const last = result.ids.at(-1);
      if (last !== undefined && compareStreamIds(last, parcel.highest) > 0) highest.set(parcel.stream, last);
    }
    if (sent.length > 0) await leader.recordSent(sent);
    return whole;
  };

  const parcelsOf = (rows: readonly OutboxRow[], highest: ReadonlyMap<string, string>, all: boolean) => {
    const byStream = new Map<string, OutboxRow[]>(all ? streams.map((stream) => [stream, []]) : []);
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
  };

  /** Publishes until nothing is left, and answers how many rows; a sweep also asks every stream whether it lost entries. */
  const drain = async (
    leader: Leadership,
    highest: Map<string, string>,
    sweep: boolean,
    cause: 'notify' | 'sweep',
  ): Promise<number> => {
    let count = 0;
    for (let first = true; first || !signal.aborted; first = false) {
      const rows = await leader.unsent(BATCH);
      const parcels = parcelsOf(rows, highest, first && sweep);
      if (parcels.length === 0) break;
      const whole = await send(leader, highest, parcels);
      count += rows.length;
      if (rows.length > 0) rounds.inc({ cause, result: 'ok' });
      if (whole && rows.length < BATCH) break;
    }
    return count;
  };

  const lead = async (leader: Leadership) => {
    const highest = new Map(await leader.highest());
    const restAfter = createGathering(GATHER);
    leader.onWake(waker.wake);
    let failures = 0;
    let sweepAt = 0;
    let trimAt = 0;
    let cleanAt = Date.now() + Math.random() * CLEAN_MS;
    for (let last = false; !last;) {
      const woken = await waker.wait(Math.max(0, sweepAt - Date.now()));
      last = signal.aborted;
      const sweep = Date.now() >= sweepAt;
      if (sweep) {
        await leader.renew();
        sweepAt = Date.now() + SWEEP_MS;
      }
      try {
        // Trimmed also when nothing can be published: a Redis that is full takes events only after it was trimmed.
        const count = await drain(leader, highest, sweep, woken ? 'notify' : 'sweep').finally(async () => {
          if (!sweep || Date.now() < trimAt) return;
          trimAt = Date.now() + TRIM_MS;
          await trimStreams(service, redis, streams);
        });
        if (sweep && Date.now() >= cleanAt && (await leader.deleteOld()) === 0)
          cleanAt = Date.now() + CLEAN_MS;
        failures = 0;
        await pause(restAfter(count), signal);
      } catch (error) {
        failures += 1;
        rounds.inc({ cause: sweep ? 'sweep' : 'notify', result: 'error' });
        if (failures === 1 || failures % 30 === 0)
          service.log[isTransient(error) ? 'warn' : 'error'](
            { err: error, failures },
            'events wait: the outbox could not be published',
          );
        await leader.renew();
        await redisBack(redis, backoff(failures, { base: 100, max: 3_000 }), signal);
        sweepAt = 0;
      }
    }
  };

  const run = async () => {
    let failures = 0;
    while (!signal.aborted) {
      let leader: Leadership | undefined;
      try {
        leader = await store.lead();
        failures = 0;
        if (leader) {
          leading = true;
          service.log.info('this process publishes the outbox');
          await lead(leader);
        }
      } catch (error) {
        failures += 1;
        if (failures === 1 || failures % 30 === 0)
          service.log[isTransient(error) ? 'warn' : 'error'](
            { err: error, failures },
            'the relay lost its database',
          );
      } finally {
        leading = false;
        await leader?.release().catch(() => undefined);
      }
      await pause(failures > 0 ? backoff(failures, { base: 200, max: 5_000 }) : SWEEP_MS, signal);
    }
  };

  service.worker({
    name: 'outbox relay',
    start: () => {
      running = run();
    },
    // It goes on until HTTP has drained, so that what the last requests wrote is published too.
    stop: () => Promise.resolve(),
  });
  service.onStop('outbox relay', async () => {
    stopping.abort();
    waker.wake();
    await running;
  });

  const notifyLeader = createNotifier(() => store.notify());
  return { wake: () => (leading ? waker.wake() : notifyLeader()) };
}

/** Waits `ms`, or less when a Redis that was away is back. */
async function redisBack(redis: Redis, ms: number, signal: AbortSignal): Promise<void> {
  if (redis.status === 'ready') return pause(ms, signal);
  const waker = createWaker();
  redis.once('ready', waker.wake);
  signal.addEventListener('abort', waker.wake, { once: true });
  await waker.wait(ms);
  redis.off('ready', waker.wake);
  signal.removeEventListener('abort', waker.wake);
}
