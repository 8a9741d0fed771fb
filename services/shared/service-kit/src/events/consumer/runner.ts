import type { AnyEvent } from '@bramble/contracts/events';
import { NotYet } from '../../base/errors';
import { backoff } from '../../runtime/clock';
import type { EventEntry } from '../entry';
import { createErrorTally, type ErrorTally } from './error-tally';
import { createLanes, type EarlierRuns, entryKey, type Lane } from './lanes';
import { isGivenUp, nextTries, type Tries, waitAfter, waitEarly } from './tries';

/** The most events in one call of a handler. */
export const BATCH = 128;

export interface RunnerHooks {
  /** Applies at most `BATCH` events in order, all or none of them. */
  handle: (events: AnyEvent[]) => Promise<void>;
  /** True for errors of stores and networks: `handle` is repeated, and the tries are not counted. */
  isTransient: (error: unknown) => boolean;
  /** True when the events took too long together: a batch is halved, and an event alone has failed. */
  isTooSlow: (error: unknown) => boolean;
  /** True while Redis is too full to keep events for hours: then each event has five tries, and a minute to be early. */
  isFull: () => boolean;
  /** Waits before repetition `attempt` after a transient error; false: stop, and leave the events unhandled. */
  recovered: (attempt: number, error: unknown) => Promise<boolean>;
  done: (entries: EventEntry[]) => Promise<void>;
  /** The event failed and is tried again later. Not called while the store is taken to be the cause. */
  retry: (entry: EventEntry, tries: Tries, error: unknown) => Promise<void>;
  /** True while an earlier event of the entry's key is pending, also in another process of the group. */
  hasEarlier: (entry: EventEntry) => Promise<boolean>;
  dead: (entry: EventEntry, tries: Tries, error: unknown) => Promise<void>;
  /** Milliseconds of a clock that never steps. */
  now: () => number;
}

/** An event that failed alone. Whether this counts is decided when the rest of its batch has been tried. */
interface Failure {
  entry: EventEntry;
  lane: Lane;
  error: unknown;
  /** False when the event was put off without a try, because the store failed for the others. */
  tried: boolean;
}
/** A batch that is being handled. */
interface Batch {
  earlier: EarlierRuns;
  tally: ErrorTally;
  failures: Failure[];
}

/**
 * Runs batches through a handler. A batch that throws is halved until the failing event is alone; that event waits for its
 * next try while later events of its stream and key queue behind it, and all others go on. One that is too early lets the
 * later ones pass, since it may wait for one of them: clocks can be apart, and then a stream is not in the order of what
 * happened. When most keys of a batch fail with the same error, the store is taken to be the cause: no try is counted, and the next batch waits.
 */
export function createRunner(hooks: RunnerHooks) {
  const lanes = createLanes(hooks.now);
  const state = { handledAt: -Infinity, storeFailures: 0 };

  const failed = (entry: EventEntry, error: unknown, batch: Batch, tried = true): void => {
    const { earlier, tally, failures } = batch;
    if (tried && !(error instanceof NotYet)) tally.failed(entry, error);
    if (lanes.join(entry)) return;
    const lane = lanes.open(entry, earlier.get(entryKey(entry)));
    lane.letsPass = error instanceof NotYet && !error.holdsKey;
    failures.push({ entry, lane, error, tried });
  };

  /** Puts the lane off without counting a try. */
  const postpone = (lane: Lane): void => {
    lane.postponed += 1;
    lane.dueAt = hooks.now() + backoff(lane.postponed, { max: 30_000 });
  };

  /**
   * Counts a failed try: the event is tried again later, or becomes a dead letter. One that is too early does not die before
   * an earlier one of its key that another process has, and then has one more try: the earlier one may have been handled
   * after its last.
   */
  const countTry = async ({ entry, lane, error }: Failure): Promise<void> => {
    const now = hooks.now();
    const before = lane.tries;
    lane.tries = nextTries(before, error, now);
    lane.postponed = 0;
    const early = error instanceof NotYet;
    const givenUp = isGivenUp(error, lane.tries, { now, full: hooks.isFull() });
    try {
      if (!givenUp || (early && !lane.alone)) {
        lane.alone = givenUp && !(await hooks.hasEarlier(entry));
        await hooks.retry(entry, lane.tries, error);
        const wait = early ? waitEarly(lane.tries, now) : waitAfter(lane.tries.count);
        // A lane that is due already was woken by a later event of its key that passed.
        lane.dueAt = lane.alone ? now : Math.min(lane.dueAt, now + wait);
        return;
      }
      await hooks.dead(entry, lane.tries, error);
    } catch (fault) {
      // Nothing was decided, or the dead letter was not written: the event's last try is made once more.
      lane.tries = before;
      throw fault;
    }
    lanes.dropFirst(lane);
  };

  /**
   * True when the store is taken to be the cause. It is not when any event was handled after this one failed the last time.
   */
  const isStoreFailure = ({ lane, error }: Failure, tally: ErrorTally): boolean =>
    tally.isStoreFailure(error) && !(lane.failedAt < state.handledAt);

  /** Decides for each failure of a batch whether a try is counted, or the event is put off because of the store. */
  const decideFailures = async ({ tally, failures }: Batch): Promise<boolean> => {
    const storeFailure = failures.find((failure) => isStoreFailure(failure, tally));
    const faults: unknown[] = [];
    for (const failure of failures) {
      // An earlier entry of the batch has become the first of the lane, and the lane has its time.
      if (failure.lane.entries[0] !== failure.entry) continue;
      // After a failed write each lane still gets a time: without one it would wait for ever.
      if (faults.length > 0 || !failure.tried || isStoreFailure(failure, tally)) postpone(failure.lane);
      else
        await countTry(failure).catch((fault: unknown) => {
          faults.push(fault);
          postpone(failure.lane);
        });
      failure.lane.failedAt = hooks.now();
    }
    if (faults.length > 0) throw faults[0];
    state.storeFailures = storeFailure ? state.storeFailures + 1 : 0;
    return !storeFailure || hooks.recovered(state.storeFailures, storeFailure.error);
  };

  /** The batch's last failure when the store is taken to be its cause: then the rest of the batch is not tried now. */
  const lastStoreFailure = ({ failures, tally }: Batch): Failure | undefined => {
    const last = failures.at(-1);
    return last && isStoreFailure(last, tally) ? last : undefined;
  };

  const runPart = async (all: readonly EventEntry[], batch: Batch): Promise<boolean> => {
    const entries = lanes.queue(all, batch.earlier);
    const first = entries[0];
    if (!first) return true;
    const storeFailure = lastStoreFailure(batch);
    if (storeFailure) {
      for (const entry of entries)
        if (lanes.queue([entry], batch.earlier).length > 0) failed(entry, storeFailure.error, batch, false);
      return true;
    }
    for (let attempt = 1; ; attempt++) {
      try {
        await hooks.handle(entries.map((entry) => entry.event));
        break;
      } catch (error) {
        if (hooks.isTransient(error) && !hooks.isTooSlow(error)) {
          if (!(await hooks.recovered(attempt, error))) return false;
          continue;
        }
        if (entries.length === 1) {
          failed(first, error, batch);
          return true;
        }
        const half = entries.length >> 1;
        return (await runPart(entries.slice(0, half), batch)) && (await runPart(entries.slice(half), batch));
      }
    }
    state.handledAt = hooks.now();
    batch.tally.handled(entries);
    lanes.wake(entries);
    await hooks.done(entries);
    return true;
  };

  const runFrom = async (all: readonly EventEntry[], earlier: EarlierRuns): Promise<boolean> => {
    const entries = lanes.queue(all, earlier);
    // Nothing was tried, so the number of the store's failures in a row stays as it is.
    if (entries.length === 0) return true;
    const batch: Batch = { earlier, tally: createErrorTally(), failures: [] };
    let complete: boolean;
    let isRunning: boolean;
    try {
      complete = await runPart(entries, batch);
    } finally {
      isRunning = await decideFailures(batch);
    }
    return complete && isRunning;
  };

  /** False: stopped in the middle; what was not handled stays pending in Redis. */
  const run = (entries: readonly EventEntry[], tries: ReadonlyMap<string, Tries>): Promise<boolean> =>
    runFrom(entries, new Map([...tries].map(([key, known]) => [key, { tries: known }])));

  /** Runs the lanes that are due, a batch of them at most: the failed event of each first, then those queued behind it. */
  const runDue = async (): Promise<boolean> => {
    const { heads, rest, earlier } = lanes.takeDue(BATCH);
    if (!(await runFrom(heads, earlier))) return false;
    for (let i = 0; i < rest.length; i += BATCH)
      if (!(await runFrom(rest.slice(i, i + BATCH), earlier))) return false;
    return true;
  };

  const { isHeld, heldCount, heldEntries, dueIn, endSlowWaits, forget } = lanes;
  return { run, runDue, isHeld, heldCount, heldEntries, dueIn, endSlowWaits, forget };
}

export type Runner = ReturnType<typeof createRunner>;
