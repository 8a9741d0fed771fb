import type { EventEntry } from '../entry';
import { compareStreamIds } from '../stream-id';
import { MAX_TRIES, type Tries } from './tries';

export interface Lane {
  /** In the order of the stream. The first one failed, or is due; the others of its key wait behind it. */
  entries: EventEntry[];
  tries: Tries;
  dueAt: number;
  /** How often in a row the event was put off because of the store, and when the event failed last. */
  postponed: number;
  failedAt: number;
  /** True when no earlier event of the key was pending any more before the last try. */
  alone: boolean;
  /** True when later events of the key are tried all the same: the first one is too early, and may wait for one of them. */
  letsPass: boolean;
}
/** What earlier runs left of an event. */
export type Earlier = Pick<Lane, 'tries'> & Partial<Lane>;
/** By entry. */
export type EarlierRuns = ReadonlyMap<string, Earlier>;

const laneKey = (entry: EventEntry) => `${entry.stream}\n${entry.event.key}`;
export const entryKey = (entry: { stream: string; id: string }) => `${entry.stream}\n${entry.id}`;

/** The events that are held back: a lane for each stream and key of which an event failed. `now`: a clock that never steps. */
export function createLanes(now: () => number) {
  const lanes = new Map<string, Lane>();
  const held = new Set<string>();
  /** The tries of entries that were the first of their lanes until an earlier one came. */
  const formerTries = new WeakMap<EventEntry, Tries>();

  /** Puts an entry at its place in the stream. */
  function hold(entry: EventEntry, lane: Lane): void {
    const before = lane.entries.findLastIndex(({ id }) => compareStreamIds(id, entry.id) < 0);
    lane.entries.splice(before + 1, 0, entry);
    held.add(entryKey(entry));
  }

  /** Makes the lane of an event that failed. It is not due until its `dueAt` is set. */
  function open(entry: EventEntry, known: Earlier | undefined): Lane {
    const lane: Lane = {
      entries: [],
      tries: known?.tries ?? { count: 0 },
      dueAt: Infinity,
      postponed: known?.postponed ?? 0,
      failedAt: known?.failedAt ?? Infinity,
      alone: known?.alone ?? false,
      letsPass: false,
    };
    lanes.set(laneKey(entry), lane);
    hold(entry, lane);
    return lane;
  }

  /**
   * Queues the entries of keys that have a lane in it, and answers the others, and those that may pass. An entry that comes before the first of its
   * lane was taken over from another process. It is due at once: the first one may be too early because of it.
   */
  function queue(entries: readonly EventEntry[], earlier: EarlierRuns): EventEntry[] {
    return entries.filter((entry) => {
      const lane = lanes.get(laneKey(entry));
      if (!lane) return true;
      const [first] = lane.entries;
      const isBefore = first !== undefined && compareStreamIds(entry.id, first.id) < 0;
      if (lane.letsPass && !isBefore) return true;
      hold(entry, lane);
      if (!isBefore) return false;
      formerTries.set(first, lane.tries);
      const tries = earlier.get(entryKey(entry))?.tries ?? { count: 0 };
      const fresh = { dueAt: now(), postponed: 0, failedAt: Infinity, alone: false, letsPass: false };
      Object.assign(lane, { tries, ...fresh });
      return false;
    });
  }

  /** Puts an entry that might pass, and failed, back behind the first of its lane; false when its key has no lane. */
  function join(entry: EventEntry): boolean {
    const lane = lanes.get(laneKey(entry));
    if (lane) hold(entry, lane);
    return lane !== undefined;
  }

  /** Makes the first entries of these keys due, as what they wait for may have been handled. */
  function wake(entries: readonly EventEntry[]): void {
    if (lanes.size === 0) return;
    for (const entry of entries) {
      const lane = lanes.get(laneKey(entry));
      if (lane) lane.dueAt = now();
    }
  }

  /** Takes the first entry out of its lane, for good; the next one is due at once. */
  function dropFirst(lane: Lane): void {
    const first = lane.entries.shift();
    if (!first) return;
    held.delete(entryKey(first));
    lane.tries = { count: 0 };
    lane.alone = false;
    lane.dueAt = now();
    if (lane.entries.length === 0) lanes.delete(laneKey(first));
  }

  /**
   * Takes the lanes that are due, `limit` of them at most: the first entry of each, and those queued behind it. The lanes that
   * failed least come first: when one of them is handled, the store is not the cause of the others.
   */
  function takeDue(limit: number): { heads: EventEntry[]; rest: EventEntry[]; earlier: EarlierRuns } {
    const due = [...lanes]
      .filter(([, lane]) => lane.dueAt <= now())
      .sort(([, a], [, b]) => a.tries.count - b.tries.count || a.postponed - b.postponed)
      .slice(0, limit);
    const heads: EventEntry[] = [];
    const rest: EventEntry[] = [];
    const earlier = new Map<string, Earlier>();
    for (const [key, lane] of due) {
      lanes.delete(key);
      for (const entry of lane.entries) held.delete(entryKey(entry));
      const [head, ...others] = lane.entries;
      if (!head) continue;
      heads.push(head);
      earlier.set(entryKey(head), lane);
      rest.push(...others);
      for (const other of others) {
        const tries = formerTries.get(other);
        if (tries) earlier.set(entryKey(other), { tries });
      }
    }
    return { heads, rest, earlier };
  }

  /** Milliseconds until a lane is due; undefined while there is none. */
  function dueIn(): number | undefined {
    let at = Infinity;
    for (const lane of lanes.values()) at = Math.min(at, lane.dueAt);
    return at === Infinity ? undefined : Math.max(0, at - now());
  }

  /** Makes the events due that wait minutes for their next try. */
  function endSlowWaits(): void {
    for (const lane of lanes.values())
      if (lane.tries.count >= MAX_TRIES) lane.dueAt = Math.min(lane.dueAt, now());
  }

  /** Forgets the lanes; their entries are still pending in Redis. */
  function forget(): void {
    lanes.clear();
    held.clear();
  }

  return {
    open,
    queue,
    join,
    wake,
    dropFirst,
    takeDue,
    isHeld: (entry: { stream: string; id: string }) => held.has(entryKey(entry)),
    heldCount: () => held.size,
    /** The entries that are held back. */
    heldEntries: (): EventEntry[] => [...lanes.values()].flatMap((lane) => lane.entries),
    dueIn,
    endSlowWaits,
    forget,
  };
}
