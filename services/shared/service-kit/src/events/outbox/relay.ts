import type { Redis } from 'ioredis';
import { isTransient } from '../../base/errors';
import { backoff, pause } from '../../runtime/clock';
import type { Service } from '../../runtime/service';
import { createLeaderLoop, SteppedDown } from './leader-loop';
import { createNotifier } from './notifier';
import type { Leadership, OutboxRow, OutboxStore } from './outbox-store';
import { createSender } from './send';
import { createWaker } from './waker';

/*
 * Terminology
 *
 * Relay    The loop that publishes the unsent rows of one outbox to Redis. Every process of a service runs one.
 * Leader   The relay that publishes; the others ask every second whether they may take its place.
 * Lease    What makes a relay the leader: an advisory lock of a PostgreSQL session, or a document in MongoDB that names its
 *          holder and the time at which the lease ends.
 * Fence    A number that rises with each new holder of the lease and stands on what the leader records and publishes, so
 *          that a leader that was paused past the end of its lease cannot overwrite what its successor recorded, and cannot
 *          publish after it.
 * Step     Give the leadership up because Redis could not be reached for five seconds: another process may reach it.
 *   down
 * Sweep    The round of each second: it renews the lease, finds rows whose notification was lost, and asks Redis whether a
 *          stream lost entries.
 * Lost     Said of entries that Redis had and has no more, after it restarted from an older state. Their rows are still in
 *          the outbox, for 24 hours, and are published again.
 */

const RETRY_MS = 1_000;
/** How long a leader that stepped down leaves the leadership to the others, at least and at most. */
const REST_MS = { min: 2 * RETRY_MS, max: 5 * RETRY_MS };

export interface RelayOptions {
  store: OutboxStore;
  redis: Redis;
  streams: readonly string[];
  /** Called with rows before they are published; called again for rows whose publication failed. Must not throw. */
  beforeSend?: ((rows: readonly OutboxRow[]) => Promise<void>) | undefined;
}

/**
 * Publishes a database's outbox, at least once and in the order of writing. `wake` says that rows were committed; it is
 * cheap.
 */
export function createRelay(
  service: Service,
  { store, redis, streams, beforeSend }: RelayOptions,
): { wake: () => void } {
  const { log, metrics, tracing } = service;
  const waker = createWaker();
  const stopping = new AbortController();
  const { signal } = stopping;
  const state = { leading: false, failures: 0, restMs: 0 };
  const sender = createSender({ log, metrics, tracing, redis, streams });
  const lead = createLeaderLoop({ log, metrics, redis, streams, sender, waker, signal, beforeSend });
  const notifyLeader = createNotifier(() => store.notify());

  async function run(): Promise<void> {
    while (!signal.aborted) {
      await leadOnce();
      const wait = state.failures > 0 ? backoff(state.failures, { base: 200, max: 5_000 }) : RETRY_MS;
      await pause(Math.max(wait, state.restMs), signal);
    }
  }

  /** Leads until the end, when no other process does. */
  async function leadOnce(): Promise<void> {
    let leader: Leadership | undefined;
    state.restMs = 0;
    try {
      leader = await store.lead();
      state.failures = 0;
      if (!leader) return;
      state.leading = true;
      log.info('this process publishes the outbox');
      await lead(leader);
    } catch (error) {
      if (error instanceof SteppedDown) {
        state.restMs = REST_MS.min + Math.random() * (REST_MS.max - REST_MS.min);
        log.warn({ err: error }, 'this process leaves publishing to the others');
        return;
      }
      state.failures += 1;
      if (state.failures === 1 || state.failures % 30 === 0)
        log[isTransient(error) ? 'warn' : 'error'](
          { err: error, failures: state.failures },
          'the relay lost its database',
        );
    } finally {
      state.leading = false;
      await leader?.release().catch(() => undefined);
    }
  }

  let running: Promise<void> | undefined;
  service.worker({
    name: 'outbox relay',
    start: () => {
      running = run();
    },
    // The relay goes on until HTTP has drained, so that the events of the last requests are published too.
    stop: () => Promise.resolve(),
  });
  service.onStop('outbox relay', async () => {
    stopping.abort();
    waker.wake();
    await running;
  });

  return { wake: () => (state.leading ? waker.wake() : notifyLeader()) };
}
