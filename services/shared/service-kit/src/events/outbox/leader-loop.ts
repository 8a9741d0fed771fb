import type { Redis } from 'ioredis';
import { isTransient } from '../../base/errors';
import { counter } from '../../observe/metrics';
import type { Telemetry } from '../../observe/telemetry';
import { backoff, pause } from '../../runtime/clock';
import { createBatchPause } from '../batch-pause';
import type { Leadership, OutboxRow } from './outbox-store';
import { FencedOff, imposeFence } from './publish';
import { batchByStream, type Highest, type Sender } from './send';
import { trimStreams } from './trim';
import { createWaker, type Waker } from './waker';

const BATCH = 512;
const SWEEP_MS = 1_000;
const TRIM_MS = 10_000;
const CLEAN_MS = 60_000;
/** The pause between two rounds, so that a busy service publishes few large batches instead of many small ones. */
const PAUSE_BOUNDS = { perEventMs: 0.2, minMs: 2, maxMs: 40 };

/** When the leader cannot reach Redis for longer, it steps down for a process that may reach it. */
const STEP_DOWN_MS = 5_000;

/** The leader could not reach Redis for so long that it gave the leadership up. */
export class SteppedDown extends Error {
  override readonly name = 'SteppedDown';
}

export interface LeaderLoopOptions extends Telemetry {
  redis: Redis;
  streams: readonly string[];
  sender: Sender;
  beforeSend: ((rows: readonly OutboxRow[]) => Promise<void>) | undefined;
  /** Woken when rows were committed. */
  waker: Waker;
  /** Aborted when the service stops; one last round follows. */
  signal: AbortSignal;
}

interface LeadState {
  readonly highest: Highest;
  failures: number;
  /** When a round last succeeded; in ms of the monotonic clock, as the following. */
  publishedAt: number;
  /** When the next round also renews the lease and asks every stream whether it lost entries. */
  sweepAt: number;
  trimAt: number;
  cleanAt: number;
}

/** `sweep`: every stream is asked whether it lost entries; `cause`: what the rows of this round are counted under. */
interface RoundKind {
  sweep: boolean;
  cause: 'notify' | 'sweep';
}

/** Publishes as the leader until the service stops. Throws when the leadership is lost, or given up without Redis. */
export function createLeaderLoop({
  log,
  metrics,
  redis,
  streams,
  sender,
  waker,
  signal,
  beforeSend,
}: LeaderLoopOptions) {
  const rounds = counter({ metrics }, 'bramble_outbox_publishes_total');

  return async function lead(leader: Leadership): Promise<void> {
    const pauseAfter = createBatchPause(PAUSE_BOUNDS);
    const state: LeadState = {
      highest: new Map(await leader.highest()),
      failures: 0,
      publishedAt: performance.now(),
      sweepAt: -Infinity,
      trimAt: -Infinity,
      cleanAt: performance.now() + Math.random() * CLEAN_MS,
    };
    leader.onWake(waker.wake);
    for (let last = false; !last;) {
      const woken = await waker.wait(Math.max(0, state.sweepAt - performance.now()));
      last = signal.aborted;
      const sweep = performance.now() >= state.sweepAt;
      if (sweep) {
        await leader.renew();
        state.sweepAt = performance.now() + SWEEP_MS;
      }
      try {
        const count = await round(leader, state, { sweep, cause: woken ? 'notify' : 'sweep' });
        state.failures = 0;
        state.publishedAt = performance.now();
        await pause(pauseAfter(count), signal);
      } catch (error) {
        rounds.inc({ cause: sweep ? 'sweep' : 'notify', result: 'error' });
        await afterFailure(leader, state, error);
      }
    }
  };

  async function round(leader: Leadership, state: LeadState, kind: RoundKind): Promise<number> {
    let count: number;
    try {
      count = await drain(leader, state, kind);
    } finally {
      // Also when nothing can be published: a Redis that is full takes events only after its streams were trimmed.
      if (kind.sweep) await trimIfDue(state);
    }
    if (kind.sweep) await cleanIfDue(leader, state);
    return count;
  }

  /** Publishes until no row is left, and answers how many there were. */
  async function drain(
    leader: Leadership,
    { highest }: LeadState,
    { sweep, cause }: RoundKind,
  ): Promise<number> {
    let count = 0;
    for (let first = true; first || !signal.aborted; first = false) {
      const rows = await leader.unsent(BATCH);
      // Among those recorded are the streams of replayed dead letters, which may be lost like all others.
      const asked = first && sweep ? [...streams, ...highest.keys()] : [];
      const batches = batchByStream(rows, highest, asked);
      if (batches.length === 0) break;
      if (rows.length > 0) await beforeSend?.(rows);
      const complete = await sender.send(leader, highest, batches);
      count += rows.length;
      if (rows.length > 0) rounds.inc({ cause, result: 'ok' });
      if (complete && rows.length < BATCH) break;
    }
    return count;
  }

  async function trimIfDue(state: LeadState): Promise<void> {
    if (performance.now() < state.trimAt) return;
    state.trimAt = performance.now() + TRIM_MS;
    await trimStreams(log, redis, streams);
  }

  /** Deletes old rows, a part in each sweep until none is left. */
  async function cleanIfDue(leader: Leadership, state: LeadState): Promise<void> {
    if (performance.now() >= state.cleanAt && (await leader.deleteOld()) === 0)
      state.cleanAt = performance.now() + CLEAN_MS;
  }

  async function afterFailure(leader: Leadership, state: LeadState, error: unknown): Promise<void> {
    state.failures += 1;
    if (state.failures === 1 || state.failures % 30 === 0)
      log[isTransient(error) ? 'warn' : 'error'](
        { err: error, failures: state.failures },
        'events wait: the outbox could not be published',
      );
    await leader.renew();
    if (error instanceof FencedOff) await imposeFence(redis, [...streams, error.stream], leader.fence);
    if (isTransient(error) && performance.now() - state.publishedAt > STEP_DOWN_MS)
      throw new SteppedDown('Redis was out of reach', { cause: error });
    await waitForRedis(redis, backoff(state.failures, { base: 100, max: 3_000 }), signal);
    state.sweepAt = -Infinity;
  }
}

/** Waits `ms`, or less when Redis reconnects. */
async function waitForRedis(redis: Redis, ms: number, signal: AbortSignal): Promise<void> {
  if (redis.status === 'ready') return pause(ms, signal);
  const waker = createWaker();
  redis.once('ready', waker.wake);
  signal.addEventListener('abort', waker.wake, { once: true });
  await waker.wait(ms);
  redis.off('ready', waker.wake);
  signal.removeEventListener('abort', waker.wake);
}
