import type { AnyEvent } from '@bramble/contracts/events';
import { NotYet } from '../../base/errors';
import { backoff } from '../../runtime/clock';
import type { EventEntry } from './entry';

/** Failed tries of an event alone, after which it is given up. */
export const MAX_TRIES = 5;
/** How long an event may be too early, unless its error says otherwise. */
export const NOT_YET_MS = 600_000;

/** Retry state of an event: how often it failed, and since when it has been too early, in ms. */
export interface Tries {
  count: number;
  since?: number;
}

export interface RunnerHooks {
  /** Applies events in order, all or none of them. */
  handle: (events: AnyEvent[]) => Promise<void>;
  /** True for errors of stores and networks: `handle` is repeated, and the tries are not counted. */
  isTransient: (error: unknown) => boolean;
  /** Waits before repetition `attempt` after a transient error; false: stop, and leave the events unhandled. */
  recovered: (attempt: number, error: unknown) => Promise<boolean>;
  done: (entries: EventEntry[]) => Promise<void>;
  /** The event failed and is tried again later. */
  retry: (entry: EventEntry, tries: Tries, error: unknown) => Promise<void>;
  dead: (entry: EventEntry, tries: Tries, error: unknown) => Promise<void>;
  now: () => number;
}

interface Lane {
  /** The event that failed is the first; the others of its key wait behind it. */
  entries: EventEntry[];
  tries: Tries;
  dueAt: number;
}

const laneOf = (entry: EventEntry) => `${entry.stream}\n${entry.event.key}`;
export const entryKey = (entry: { stream: string; id: string }) => `${entry.stream}\n${entry.id}`;

/**
 * Runs batches through a handler. A batch that throws is halved until the failing event is alone; that event waits for its
 * next try while later events of its stream and key queue behind it, and all others go on.
 */
export function createRunner(hooks: RunnerHooks) {
  const lanes = new Map<string, Lane>();
  const held = new Set<string>();

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

  const failed = async (entry: EventEntry, before: Tries, error: unknown): Promise<void> => {
    const early = error instanceof NotYet;
    const tries: Tries = early
      ? { ...before, since: before.since ?? hooks.now() }
      : { ...before, count: before.count + 1 };
    const over = early
      ? hooks.now() - (tries.since ?? 0) >= (error.maxEarlyMs ?? NOT_YET_MS)
      : tries.count >= MAX_TRIES;
    if (over) {
      await hooks.dead(entry, tries, error);
      return;
    }
    await hooks.retry(entry, tries, error);
    const wait = early ? backoff(earlySteps(tries, hooks.now())) : backoff(tries.count);
    const lane: Lane = { entries: [], tries, dueAt: hooks.now() + wait };
    lanes.set(laneOf(entry), lane);
    hold(entry, lane);
  };

  /** False: stopped in the middle; what was not handled stays pending in Redis. */
  const run = async (all: readonly EventEntry[], tries: ReadonlyMap<string, Tries>): Promise<boolean> => {
    const entries = withoutLane(all);
    const first = entries[0];
    if (!first) return true;
    for (let attempt = 1; ; attempt++) {
      try {
        await hooks.handle(entries.map((entry) => entry.event));
        break;
      } catch (error) {
        if (hooks.isTransient(error)) {
          if (!(await hooks.recovered(attempt, error))) return false;
          continue;
        }
        if (entries.length === 1) {
          await failed(first, tries.get(entryKey(first)) ?? { count: 0 }, error);
          return true;
        }
        const half = entries.length >> 1;
        return (await run(entries.slice(0, half), tries)) && (await run(entries.slice(half), tries));
      }
    }
    await hooks.done(entries);
    return true;
  };

  /** Runs the lanes that are due: the failed event of each first, then those queued behind it. */
  const runDue = async (): Promise<boolean> => {
    const due = [...lanes].filter(([, lane]) => lane.dueAt <= hooks.now());
    if (due.length === 0) return true;
    const heads: EventEntry[] = [];
    const rest: EventEntry[] = [];
    const tries = new Map<string, Tries>();
    for (const [key, lane] of due) {
      lanes.delete(key);
      for (const entry of lane.entries) held.delete(entryKey(entry));
      const [head, ...others] = lane.entries;
      if (!head) continue;
      heads.push(head);
      tries.set(entryKey(head), lane.tries);
      rest.push(...others);
    }
    return (await run(heads, tries)) && (await run(rest, new Map()));
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
    /** Forgets the lanes; their entries are still pending in Redis. */
    forget: () => {
      lanes.clear();
      held.clear();
    },
  };
}

export type Runner = ReturnType<typeof createRunner>;

/** An early event has no count of tries, so its backoff grows with the time for which it has been too early. */
const earlySteps = (tries: Tries, now: number): number =>
  1 + Math.floor(Math.log2(1 + Math.max(0, now - (tries.since ?? now)) / 200));
