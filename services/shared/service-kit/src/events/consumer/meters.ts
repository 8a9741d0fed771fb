import { type AnyEvent, events } from '@bramble/contracts/events';
import { counter, histogram, type MetricsOwner } from '../../observe/metrics';
import type { DeadLetterCause } from '../dead-letters/letter';
import { type Entry, type EventEntry, isKnownType } from '../entry';

export interface MetersOptions {
  group: string;
  streams: readonly string[];
  types: ReadonlySet<string> | undefined;
}

/** The metrics of one consumer, at 0 from the start for each of its streams. */
export function createMeters(owner: MetricsOwner, { group, streams, types }: MetersOptions) {
  const lost = counter(owner, 'bramble_stream_lost_entries_total');
  const claimed = counter(owner, 'bramble_stream_claimed_entries_total');
  const reconnects = counter(owner, 'bramble_stream_reconnects_total');
  const unknown = counter(owner, 'bramble_unknown_events_total');
  const retries = counter(owner, 'bramble_event_retries_total');
  const dead = counter(owner, 'bramble_dead_letters_total');
  const replays = counter(owner, 'bramble_dead_letter_replays_total');
  const duration = histogram(owner, 'bramble_event_handler_duration_seconds');
  const delay = histogram(owner, 'bramble_event_delay_seconds');
  for (const stream of streams) {
    const labels = { stream, group };
    for (const metric of [lost, claimed, reconnects]) metric.inc(labels, 0);
    for (const outcome of ['ignored', 'held'] as const) unknown.inc({ ...labels, outcome }, 0);
    for (const reason of ['schema', 'handler', 'unknown_type'] as const) dead.inc({ ...labels, reason }, 0);
    for (const result of ['ok', 'error'] as const) replays.inc({ ...labels, result }, 0);
  }
  for (const [type, { stream }] of Object.entries(events))
    if (streams.includes(stream) && (types?.has(type) ?? true)) retries.inc({ type }, 0);

  /** A call of the handler that took `seconds` for all of `batch`. */
  function handled(batch: readonly AnyEvent[], duplicates: ReadonlySet<string>, seconds: number): void {
    const share = seconds / batch.length;
    for (const { id, type } of batch)
      duration.observe({ type, outcome: duplicates.has(id) ? 'duplicate' : 'ok' }, share);
  }

  function failed({ event }: EventEntry, outcome: 'retry' | 'dead', seconds: number): void {
    const type = isKnownType(event.type) ? event.type : '_other';
    retries.inc({ type });
    duration.observe({ type, outcome }, seconds);
  }

  function committed(entries: readonly EventEntry[]): void {
    const now = Date.now();
    for (const entry of entries) {
      const seconds = Math.max(0, (now - Date.parse(entry.event.occurredAt)) / 1000);
      delay.observe({ stream: entry.origin, group }, seconds);
      replayed(entry, 'ok');
    }
  }

  function deadLettered(entry: Entry, { reason }: DeadLetterCause): void {
    dead.inc({ stream: entry.origin, group, reason });
    replayed(entry, 'error');
  }

  function replayed(entry: Entry, result: 'ok' | 'error'): void {
    if (entry.origin !== entry.stream) replays.inc({ stream: entry.origin, group, result });
  }

  return {
    handled,
    failed,
    committed,
    deadLettered,
    lostEntries: (stream: string, count: number) => lost.inc({ stream, group }, count),
    claimedEntries: (stream: string, count: number) => claimed.inc({ stream, group }, count),
    /** One connection reads all streams of a consumer. */
    reconnected: () => streams.forEach((stream) => reconnects.inc({ stream, group })),
    /** An event of a type that this version does not know. */
    unknownType: (stream: string, outcome: 'ignored' | 'held') => unknown.inc({ stream, group, outcome }),
  };
}
export type Meters = ReturnType<typeof createMeters>;
