import type { AnyEvent } from '@bramble/contracts/events';
import { isDefinite, NotYet } from '../../base/errors';
import { backoff } from '../../runtime/clock';
import { createLikeness, type Likeness } from './alike';
import type { EventEntry } from './entry';
import {
  EARLY_WHEN_FULL_MS,
  MAX_SLOW_TRIES,
  MAX_TRIES,
  nextTries,
  NOT_YET_MS,
  type Tries,
  waitAfter,
  waitEarly,
} from './tries';

export interface RunnerHooks {
  /** Applies events in order, all or none of them. */
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
  /** The event failed and is tried again later. Not called for a failure that is the store's. */
  retry: (entry: EventEntry, tries: Tries, error: unknown) => Promise<void>;
  dead: (entry: EventEntry, tries: Tries, error: unknown) => Promise<void>;
  /** Milliseconds of a clock that never steps. */
  now: () => number;
}

interface Lane {
  /** The event that failed is the first; the others of its key wait behind it. */
  entries: EventEntry[];
  tries: Tries;
  dueAt: number;
  /** How often in a row the store was to blame, and when the event failed last. */
  excused: number;
  failedAt: number;
}
/** An event that failed alone. Whether this counts is decided when the rest of its batch has been tried. */
interface Failure {
  entry: EventEntry;
  lane: Lane;
  error: unknown;
  /** False when it was held back without a try, because the store was to blame for the others. */
  tried: boolean;
}
/** One batch on its way through the handler. */
interface Course {
  before: ReadonlyMap<string, Before>;
  likeness: Likeness;
  failures: Failure[];
}
type Before = Pick<Lane, 'tries'> & Partial<Lane>;

const laneOf = (entry: EventEntry) => `${entry.stream}\n${entry.event.key}`;
export const entryKey = (entry: { stream: string; id: string }) => `${entry.stream}\n${entry.id}`;

/**
 * Runs batches through a handler. A batch that throws is halved until the failing event is alone; that event waits for its
 * next try while later events of its stream and key queue behind it, and all others go on. When most keys of a batch fail
 * alike, the store is taken to be the cause: no try is counted, and the next batch waits.
 */
export function createRunner(hooks: RunnerHooks) {
  const lanes = new Map<string, Lane>();
  const held = new Set<string>();
  const state = { handledAt: -Infinity, refusals: 0 };

  const hold = (entry: EventEntry, lane: Lane) => {
    lane.entries.push(entry);
    held.add(entryKey(entry));
  };

  /** Holds back the entries of keys that have a lane, and answers the others. */
  const withoutLane = (entries: readonly EventEntry[]): EventEntry[] =>
    entries.filter((entry) => {
      const lane = lanes.get(laneOf(entry));
      if (lane) hold(entry, lane);
      return !lane;
    });

  const failed = (entry: EventEntry, error: unknown, course: Course, tried = true): void => {
    const { before, likeness, failures } = course;
    const known = before.get(entryKey(entry));
    const lane: Lane = {
      entries: [],
      tries: known?.tries ?? { count: 0 },
      dueAt: Infinity,
      excused: known?.excused ?? 0,
      failedAt: known?.failedAt ?? Infinity,
    };
    lanes.set(laneOf(entry), lane);
    hold(entry, lane);
    failures.push({ entry, lane, error, tried });
    if (tried && !(error instanceof NotYet)) likeness.failed(entry, error);
  };

  const excuse = (lane: Lane): void => {
    lane.excused += 1;
    lane.dueAt = hooks.now() + backoff(lane.excused, { max: 30_000 });
  };

  /** True when an event has failed too often, or has been too early for too long. */
  const isOver = (error: unknown, tries: Tries, now: number): boolean => {
    const full = hooks.isFull();
    if (!(error instanceof NotYet))
      return tries.count >= (isDefinite(error) || full ? MAX_TRIES : MAX_SLOW_TRIES);
    const patience = error.maxEarlyMs ?? NOT_YET_MS;
    return now - (tries.since ?? now) >= (full ? Math.min(patience, EARLY_WHEN_FULL_MS) : patience);
  };

  const count = async ({ entry, lane, error }: Failure): Promise<void> => {
    const now = hooks.now();
    const before = lane.tries;
    lane.tries = nextTries(before, error, now);
    lane.excused = 0;
    if (!isOver(error, lane.tries, now)) {
      await hooks.retry(entry, lane.tries, error);
      const early = error instanceof NotYet;
      lane.dueAt = now + (early ? waitEarly(lane.tries, now) : waitAfter(lane.tries.count));
      return;
    }
    try {
      await hooks.dead(entry, lane.tries, error);
    } catch (fault) {
      // The letter was not written: the event's last try is made once more.
      lane.tries = before;
      throw fault;
    }
    lane.entries.shift();
    held.delete(entryKey(entry));
    lane.tries = { count: 0 };
    lane.dueAt = now;
    if (lane.entries.length === 0) lanes.delete(laneOf(entry));
  };

  /** True when the store is taken to be the cause: nothing was handled since the event failed before. */
  const isOfStore = ({ lane, error }: Failure, likeness: Likeness): boolean =>
    likeness.isOfStore(error) && !(lane.failedAt < state.handledAt);

  /** Counts the failures of a batch, or blames the store for them. */
  const judge = async ({ likeness, failures }: Course): Promise<boolean> => {
    const refusal = failures.find((failure) => isOfStore(failure, likeness));
    const faults: unknown[] = [];
    for (const failure of failures) {
      // What cannot be written now is tried again; a lane without a time would wait for ever.
      if (faults.length > 0 || !failure.tried || isOfStore(failure, likeness)) excuse(failure.lane);
      else
        await count(failure).catch((fault: unknown) => {
          faults.push(fault);
          excuse(failure.lane);
        });
      failure.lane.failedAt = hooks.now();
    }
    if (faults.length > 0) throw faults[0];
    state.refusals = refusal ? state.refusals + 1 : 0;
    return !refusal || hooks.recovered(state.refusals, refusal.error);
  };

  /** What the store is to blame for so far, so that the others need not be tried now. */
  const hopeless = ({ failures, likeness }: Course): Failure | undefined => {
    const last = failures.at(-1);
    return last && isOfStore(last, likeness) ? last : undefined;
  };

  const part = async (all: readonly EventEntry[], course: Course): Promise<boolean> => {
    const entries = withoutLane(all);
    const first = entries[0];
    if (!first) return true;
    const cause = hopeless(course);
    if (cause) {
      for (const entry of entries)
        if (withoutLane([entry]).length > 0) failed(entry, cause.error, course, false);
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
          failed(first, error, course);
          return true;
        }
        const half = entries.length >> 1;
        return (await part(entries.slice(0, half), course)) && (await part(entries.slice(half), course));
      }
    }
    state.handledAt = hooks.now();
    course.likeness.handled(entries);
    await hooks.done(entries);
    return true;
  };

  const runFrom = async (all: readonly EventEntry[], before: Course['before']): Promise<boolean> => {
    const entries = withoutLane(all);
    // Without a try nothing is learned of the store: it is still waited for as long as after its last refusal.
    if (entries.length === 0) return true;
    const course: Course = { before, likeness: createLikeness(), failures: [] };
    let complete: boolean;
    let goesOn: boolean;
    try {
      complete = await part(entries, course);
    } finally {
      goesOn = await judge(course);
    }
    return complete && goesOn;
  };

  /** False: stopped in the middle; what was not handled stays pending in Redis. */
  const run = (entries: readonly EventEntry[], tries: ReadonlyMap<string, Tries>): Promise<boolean> =>
    runFrom(entries, new Map([...tries].map(([key, known]) => [key, { tries: known }])));

  /** Runs the lanes that are due: the failed event of each first, then those queued behind it. */
  const runDue = async (): Promise<boolean> => {
    // Those that failed least come first: one that can be handled shows that the store is not to blame for the others.
    const due = [...lanes]
      .filter(([, lane]) => lane.dueAt <= hooks.now())
      .sort(([, a], [, b]) => a.tries.count - b.tries.count || a.excused - b.excused);
    const heads: EventEntry[] = [];
    const rest: EventEntry[] = [];
    const before = new Map<string, Before>();
    for (const [key, lane] of due) {
      lanes.delete(key);
      for (const entry of lane.entries) held.delete(entryKey(entry));
      const [head, ...others] = lane.entries;
      if (!head) continue;
      heads.push(head);
      before.set(entryKey(head), lane);
      rest.push(...others);
    }
    return (await runFrom(heads, before)) && (await runFrom(rest, new Map()));
  };

  return {
    run,
    runDue,
    isHeld: (entry: { stream: string; id: string }) => held.has(entryKey(entry)),
    heldCount: () => held.size,
    /** The entries that are held back. */
    heldEntries: (): EventEntry[] => [...lanes.values()].flatMap((lane) => lane.entries),
    /** Milliseconds until a lane is due; undefined while there is none. */
    dueIn: (): number | undefined => {
      let at = Infinity;
      for (const lane of lanes.values()) at = Math.min(at, lane.dueAt);
      return at === Infinity ? undefined : Math.max(0, at - hooks.now());
    },
    /** Has the events that wait for their next try in many minutes be tried now. */
    hurry: () => {
      for (const lane of lanes.values())
        if (lane.tries.count >= MAX_TRIES) lane.dueAt = Math.min(lane.dueAt, hooks.now());
    },
    /** Forgets the lanes; their entries are still pending in Redis. */
    forget: () => {
      lanes.clear();
      held.clear();
    },
  };
}

export type Runner = ReturnType<typeof createRunner>;
