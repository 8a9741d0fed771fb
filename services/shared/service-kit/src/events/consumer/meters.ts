import { events, type AnyEvent } from '@bramble/contracts/events';
import type { Service } from '../../runtime/service';
import { counter, histogram } from '../../observe/metrics';
import type { Entry, EventEntry } from './entry';
import type { Death } from './settle';

/** The metrics of one consumer, at 0 from the start for each of its streams. */
export function createMeters(
  service: Service,
  {
    group,
    streams,
    types,
  }: { group: string; streams: readonly string[]; types: ReadonlySet<string> | undefined },
) {
  const lost = counter(service, 'bramble_stream_lost_entries_total');
  const claimed = counter(service, 'bramble_stream_claimed_entries_total');
  const reconnects = counter(service, 'bramble_stream_reconnects_total');
  const retries = counter(service, 'bramble_event_retries_total');
  const dead = counter(service, 'bramble_dead_letters_total');
  const replays = counter(service, 'bramble_dead_letter_replays_total');
  const duration = histogram(service, 'bramble_event_handler_duration_seconds');
  const delay = histogram(service, 'bramble_event_delay_seconds');
  for (const stream of streams) {
    const labels = { stream, group };
    for (const metric of [lost, claimed, reconnects]) metric.inc(labels, 0);
    for (const reason of ['schema', 'handler', 'unknown_type'] as const) dead.inc({ ...labels, reason }, 0);
    for (const result of ['ok', 'error'] as const) replays.inc({ ...labels, result }, 0);
  }
  for (const [type, { stream }] of Object.entries(events))
    if (streams.includes(stream) && (types?.has(type) ?? true)) retries.inc({ type }, 0);
  const replayed = (entry: Entry, result: 'ok' | 'error') => {
    if (entry.origin !== entry.stream) replays.inc({ stream: entry.origin, group, result });
  };
  return {
    lost: (stream: string, by: number) => lost.inc({ stream, group }, by),
    claimed: (stream: string, by: number) => claimed.inc({ stream, group }, by),
    /** One connection reads all streams of a consumer. */
    reconnected: () => streams.forEach((stream) => reconnects.inc({ stream, group })),
    /** A call of the handler that took `seconds` for all of `batch`. */
    handled: (batch: readonly AnyEvent[], duplicates: ReadonlySet<string>, seconds: number) => {
      const share = seconds / batch.length;
      for (const { id, type } of batch)
        duration.observe({ type, outcome: duplicates.has(id) ? 'duplicate' : 'ok' }, share);
    },
    failed: ({ event }: EventEntry, outcome: 'retry' | 'dead', seconds: number) => {
      retries.inc({ type: event.type });
      duration.observe({ type: event.type, outcome }, seconds);
    },
    committed: (entries: readonly EventEntry[]) => {
      const now = Date.now();
      for (const entry of entries) {
        delay.observe(
          { stream: entry.origin, group },
          Math.max(0, (now - Date.parse(entry.event.occurredAt)) / 1000),
        );
        replayed(entry, 'ok');
      }
    },
    buried: (entry: Entry, { reason }: Death) => {
      dead.inc({ stream: entry.origin, group, reason });
      replayed(entry, 'error');
    },
  };
}
