import type { Redis } from 'ioredis';
import type { Logger } from '../../observe/logger';
import { backoff, pause } from '../../runtime/clock';
import { createBatchPause } from '../batch-pause';
import { ensureGroups } from './group';
import type { Intake } from './intake';
import type { Meters } from './meters';
import { BLOCK_MS, type Reader, SilentConnection } from './reader';
import { recoverPending } from './recovery';
import { BATCH, type Runner } from './runner';
import type { Settler } from './settler';

const TAKE_OVER_MS = 10_000;
/** An order passes four groups until it is PAID, so four pauses are part of its latency. Measured: docs/performance.md. */
const PAUSE_BOUNDS = { perEventMs: 0.5, minMs: 5, maxMs: 120 };
/** The number of entries held back at which no new entry is read. */
const MAX_HELD = 10_000;

interface LoopState {
  /** True when entries may be pending that this process does not have: at the start, and after a failure. */
  mustRecover: boolean;
  /** True once the entries that an earlier process left pending have been run. */
  recovered: boolean;
  /** When entries of other consumers are taken over next, in ms of the monotonic clock. */
  takeOverAt: number;
  failures: number;
}

export interface ReadLoopOptions {
  redis: Redis;
  group: string;
  /** The keys that are read. */
  keys: readonly string[];
  reader: Reader;
  runner: Runner;
  intake: Intake;
  settler: Settler;
  meters: Meters;
  log: Logger;
  signal: AbortSignal;
  /** Takes over abandoned entries; true when the pending list has to be read. */
  takeOver: () => Promise<boolean>;
}

/** Reads, runs and acknowledges until `signal` aborts. One turn runs pending entries first, then due lanes, then new entries. */
export function createReadLoop(options: ReadLoopOptions): () => Promise<void> {
  const { redis, group, keys, reader, runner, intake, settler, meters, log, signal, takeOver } = options;
  const state: LoopState = { mustRecover: true, recovered: false, takeOverAt: -Infinity, failures: 0 };
  const pauseAfter = createBatchPause(PAUSE_BOUNDS);

  async function turn(): Promise<void> {
    if (settler.hasUnacknowledged()) await settler.acknowledge([]);
    if (state.mustRecover || !reader.isConnected()) {
      await recoverPending(reader, intake, { afterStart: !state.recovered });
      state.mustRecover = false;
      state.recovered = true;
    }
    if (signal.aborted) return;
    if (!(await runner.runDue())) return;
    if (performance.now() >= state.takeOverAt) {
      state.takeOverAt = performance.now() + TAKE_OVER_MS;
      if (await takeOver()) state.mustRecover = true;
    }
    if (!signal.aborted) await readNew();
  }

  async function readNew(): Promise<void> {
    const untilTakeOver = Math.max(1, state.takeOverAt - performance.now());
    const wait = Math.min(runner.dueIn() ?? BLOCK_MS, untilTakeOver, BLOCK_MS);
    if (runner.heldCount() >= MAX_HELD) return pause(wait, signal);
    const reply = await reader.readNew(wait);
    const count = reply.reduce((sum, [, entries]) => sum + entries.length, 0);
    if (count === 0 || !(await intake.run(reply, 'new'))) return;
    const ms = pauseAfter(count);
    if (count < BATCH) await pause(ms, signal);
  }

  /** Makes a group that Redis lost, at the start of each stream; the inbox has the events that were handled before. */
  async function restoreGroups(): Promise<boolean> {
    log.warn('the group was missing: reading from the start');
    runner.forget();
    return ensureGroups(redis, keys, group).then(
      () => true,
      () => false,
    );
  }

  async function afterFailure(error: unknown): Promise<void> {
    state.mustRecover = true;
    if (error instanceof Error && /NOGROUP|no such key/i.test(error.message) && (await restoreGroups()))
      return;
    if (error instanceof SilentConnection) meters.reconnected();
    state.failures += 1;
    if (state.failures === 1 || state.failures % 30 === 0)
      log.warn({ err: error, failures: state.failures }, 'events could not be read');
    await pause(backoff(state.failures, { base: 100, max: 1_000 }), signal);
  }

  return async function loop(): Promise<void> {
    await ensureGroups(redis, keys, group).catch(() => undefined);
    while (!signal.aborted) {
      try {
        await turn();
        state.failures = 0;
      } catch (error) {
        await afterFailure(error);
      }
    }
  };
}
