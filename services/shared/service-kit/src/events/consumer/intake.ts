import type { Logger } from '../../observe/logger';
import { type Entry, type EventEntry, fieldsOf, logFields, parseEntry, type RawEntry } from '../entry';
import { compareStreamIds } from '../stream-id';
import type { BatchHandler } from './batch-handler';
import type { Meters } from './meters';
import type { ReadReply } from './reader';
import { BATCH, type Runner } from './runner';
import type { Settler } from './settler';
import { MAX_STARTS, type Tries } from './tries';

export interface IntakeOptions {
  /** The keys that are read, each with the stream that its entries were published to. */
  sources: ReadonlyMap<string, string>;
  types: ReadonlySet<string> | undefined;
  runner: Runner;
  settler: Settler;
  meters: Meters;
  log: Logger;
  deadLetter: BatchHandler['deadLetter'];
}

/** Sorts the entries that were read: those with events go to the runner, the others are acknowledged or become dead letters. */
export function createIntake(options: IntakeOptions) {
  const { sources, types, runner, settler, meters, log, deadLetter } = options;

  /**
   * Runs a reply's events: `again` when they were given to this process before, `alone` when a process may have ended while
   * it handled them. Then one of them may be the cause, and each is run by itself. False: stopped in the middle; what was
   * not handled stays pending in Redis.
   */
  async function run(reply: ReadReply, origin: 'new' | 'again' | 'alone'): Promise<boolean> {
    const ready: EventEntry[] = [];
    const finished: Entry[] = [];
    for (const [stream, raw] of reply)
      for (const rawEntry of raw) await sort(toEntry(stream, rawEntry), rawEntry, ready, finished);
    // Ids begin with the time: events of several streams go in the order in which they were published, or nearly so.
    if (reply.length > 1) ready.sort((a, b) => compareStreamIds(a.id, b.id));
    if (ready.length === 0) await settler.acknowledge(finished);
    else settler.defer(finished);
    const tries = origin === 'new' ? new Map<string, never>() : await settler.triesOf(ready);
    if (origin === 'alone') return runEachAlone(ready, tries);
    for (let i = 0; i < ready.length; i += BATCH)
      if (!(await runner.run(ready.slice(i, i + BATCH), tries))) return false;
    return true;
  }

  async function runEachAlone(
    entries: readonly EventEntry[],
    tries: ReadonlyMap<string, Tries>,
  ): Promise<boolean> {
    for (const entry of entries) {
      if ((await settler.recordStart(entry)) > MAX_STARTS) {
        const error = `${MAX_STARTS} processes ended while they handled this event`;
        await deadLetter(entry, { attempts: MAX_STARTS, error, reason: 'handler' });
        continue;
      }
      const complete = await runner.run([entry], tries);
      await settler.forgetStart();
      if (!complete) return false;
    }
    return true;
  }

  const toEntry = (stream: string, [id, flat]: RawEntry): Entry => ({
    stream,
    origin: sources.get(stream) ?? stream,
    id,
    fields: fieldsOf(flat ?? []),
  });

  async function sort(
    entry: Entry,
    [, flat]: RawEntry,
    ready: EventEntry[],
    finished: Entry[],
  ): Promise<void> {
    if (flat === null) {
      meters.lostEntries(entry.origin, 1);
      finished.push(entry);
      return;
    }
    if (runner.isHeld(entry)) return;
    const parsed = parseEntry(entry, types);
    switch (parsed.kind) {
      case 'event':
        ready.push(parsed.entry);
        break;
      case 'unknown':
        // The runner holds it back like an event that is too early, and later events of its key behind it.
        meters.unknownType(entry.origin, 'held');
        log.warn(logFields(entry), 'an event waits for a release that knows its type and version');
        ready.push(parsed.entry);
        break;
      case 'unlisted':
        if (!parsed.known) meters.unknownType(entry.origin, 'ignored');
        finished.push(entry);
        break;
      case 'invalid':
        await deadLetter(entry, { attempts: 0, error: parsed.error, reason: 'schema' });
    }
  }

  return { run };
}
export type Intake = ReturnType<typeof createIntake>;
