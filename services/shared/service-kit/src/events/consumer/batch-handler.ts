import type { AnyEvent } from '@bramble/contracts/events';
import { isTransient, NotYet } from '../../base/errors';
import { currentContext, withContext } from '../../base/request-context';
import { isTooSlow } from '../../base/store-errors';
import type { Logger } from '../../observe/logger';
import type { Tracing } from '../../observe/tracing/tracing';
import { backoff, pause } from '../../runtime/clock';
import type { DeadLetterCause } from '../dead-letters/letter';
import { type Entry, type EventEntry, isReadable, logFields } from '../entry';
import type { Meters } from './meters';
import type { RunnerHooks } from './runner';
import type { Settler } from './settler';
import { MAX_TRIES, type Tries } from './tries';

/** Longer than a rollout, in which old and new versions run side by side, and than a rollback. */
const UNKNOWN_TYPE_MS = 86_400_000;

/** The event is of a type, or of a version of it, that a newer release of the contracts has. */
class UnknownType extends NotYet {
  constructor({ type, version }: { type: string; version: number }) {
    super(`this release does not know ${type.slice(0, 100)} in version ${version}`, {
      maxEarlyMs: UNKNOWN_TYPE_MS,
      holdsKey: true,
    });
  }
}

export interface BatchHandlerOptions {
  group: string;
  log: Logger;
  tracing: Tracing | undefined;
  meters: Meters;
  settler: Settler;
  /** Aborted when the consumer stops. */
  signal: AbortSignal;
  /** True while Redis is nearly full. */
  isFull: () => boolean;
  hasEarlier: RunnerHooks['hasEarlier'];
  /** Applies events in one transaction and answers those that were fresh. */
  handle: (events: AnyEvent[]) => Promise<readonly AnyEvent[]>;
}

/** What the runner calls for one consumer: the handler inside its span and context, and what follows each outcome. */
export function createBatchHandler(options: BatchHandlerOptions) {
  const { group, log, tracing, meters, settler, signal, isFull } = options;
  const state = { lastSeconds: 0 };

  async function handle(batch: AnyEvent[]): Promise<void> {
    const unknown = batch.find((event) => !isReadable(event));
    if (unknown) throw new UnknownType(unknown);
    const start = performance.now();
    const traced = tracing?.processing(batch, group);
    const events = traced?.events ?? batch;
    const context = events[0] ?? currentContext();
    try {
      const fresh = await withContext(
        { correlationId: context.correlationId, traceparent: context.traceparent },
        () => options.handle(events),
      );
      const seconds = (performance.now() - start) / 1000;
      meters.handled(events, duplicatesIn(events, fresh), seconds);
      traced?.end();
    } catch (error) {
      traced?.end(error);
      throw error;
    } finally {
      state.lastSeconds = (performance.now() - start) / 1000;
    }
  }

  /** Waits before the batch is repeated; false when the consumer stops. */
  async function storeAway(attempt: number, error: unknown): Promise<boolean> {
    if (attempt === 1 || attempt % 30 === 0)
      log.warn({ err: error, attempt }, 'events wait: a store is away or refuses');
    // This process may be stopped while it waits, and the event that it handles is not the cause of that.
    if (attempt === 1) await settler.forgetStart().catch(() => undefined);
    await pause(backoff(attempt, { base: 100, max: 3_000 }), signal);
    return !signal.aborted;
  }

  async function done(entries: EventEntry[]): Promise<void> {
    meters.committed(entries);
    if (log.isLevelEnabled('debug'))
      for (const entry of entries) log.debug(logFields(entry), 'an event was handled');
    await settler.acknowledge(entries);
  }

  async function retry(entry: EventEntry, tries: Tries, error: unknown): Promise<void> {
    meters.failed(entry, 'retry', state.lastSeconds);
    // An event of an unknown type or version was logged when it was read; at `warn` it would be logged every ten seconds for a day.
    const level = error instanceof UnknownType ? 'debug' : tries.count === MAX_TRIES ? 'error' : 'warn';
    log[level](
      { err: error, ...logFields(entry), tries: tries.count },
      'an event failed and will be tried again',
    );
    // A Redis that is full refuses the write: then the count is kept by this process alone.
    await settler.recordTries(entry, tries).catch(() => undefined);
  }

  async function dead(entry: EventEntry, tries: Tries, error: unknown): Promise<void> {
    meters.failed(entry, 'dead', state.lastSeconds);
    const reason = error instanceof UnknownType ? 'unknown_type' : 'handler';
    await deadLetter(entry, { attempts: tries.count, error: describe(error), reason });
  }

  async function deadLetter(entry: Entry, cause: DeadLetterCause): Promise<void> {
    const { isNew, dropped } = await settler.deadLetter(entry, cause);
    for (const letter of dropped)
      log.error({ letter }, 'the oldest dead letter was deleted, because there are too many');
    if (!isNew) return;
    meters.deadLettered(entry, cause);
    log.error({ ...logFields(entry), ...cause }, 'an event failed for good');
  }

  const hooks: RunnerHooks = {
    now: () => performance.now(),
    isTransient,
    isTooSlow,
    isFull,
    handle,
    recovered: storeAway,
    done,
    retry,
    hasEarlier: options.hasEarlier,
    dead,
  };
  return { hooks, deadLetter };
}
export type BatchHandler = ReturnType<typeof createBatchHandler>;

function duplicatesIn(events: readonly AnyEvent[], fresh: readonly AnyEvent[]): ReadonlySet<string> {
  const duplicates = new Set(events.map(({ id }) => id));
  for (const { id } of fresh) duplicates.delete(id);
  return duplicates;
}

/** The messages of an error and of what caused it, on one line. */
const describe = (error: unknown): string =>
  error instanceof Error
    ? `${error.name}: ${error.message}${error.cause instanceof Error ? ` (${describe(error.cause)})` : ''}`
    : String(error);
