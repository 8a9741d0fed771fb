import { define } from './definition';

const perGroup = { stream: null, group: null } as const;
const OF_DATABASE = 'Read from the database of the service: take the max over its replicas, not the sum.';

/**
 * Metrics of streams, outbox and dead letters. The service that publishes a stream exports the lag of all its groups.
 */
export const streamMetrics = define({
  bramble_stream_length: { kind: 'gauge', help: 'Entries in a stream.', labels: { stream: null } },
  bramble_stream_oldest_unread_age_seconds: {
    kind: 'gauge',
    help: 'Age of the oldest entry a group has not read; 0 when none.',
    labels: perGroup,
  },
  bramble_stream_lag_entries: { kind: 'gauge', help: 'Entries a group has not read.', labels: perGroup },
  bramble_stream_lag_known: { kind: 'gauge', help: '1 when the lag is known.', labels: perGroup },
  bramble_stream_pending_entries: {
    kind: 'gauge',
    help: 'Entries read and not acknowledged.',
    labels: perGroup,
  },
  bramble_stream_oldest_pending_age_seconds: {
    kind: 'gauge',
    help: 'Age of the oldest unacknowledged entry; 0 when none.',
    labels: perGroup,
  },
  bramble_stream_consumers_active: {
    kind: 'gauge',
    help: 'Consumers idle for less than 60 s.',
    labels: perGroup,
  },
  bramble_stream_lost_entries_total: {
    kind: 'counter',
    help: 'Pending entries that were gone from the stream.',
    labels: perGroup,
  },
  bramble_stream_claimed_entries_total: {
    kind: 'counter',
    help: 'Entries taken over from another consumer.',
    labels: perGroup,
  },
  bramble_stream_reconnects_total: {
    kind: 'counter',
    help: 'Silent connections replaced by the watchdog.',
    labels: perGroup,
  },
  bramble_events_published_total: {
    kind: 'counter',
    help: 'Events published to a stream.',
    labels: { type: null },
  },
  bramble_event_handler_duration_seconds: {
    kind: 'histogram',
    help: 'Time to handle an event (its share of the batch).',
    labels: { type: null, outcome: ['ok', 'duplicate', 'retry', 'dead'] },
    buckets: [0.005, 0.025, 0.1, 0.5, 2.5, 10],
  },
  bramble_event_delay_seconds: {
    kind: 'histogram',
    help: 'Time from an event to its committed effect.',
    labels: perGroup,
    buckets: [0.05, 0.25, 1, 5, 30, 300],
  },
  bramble_unknown_events_total: {
    kind: 'counter',
    help: 'Events of types that this version does not know.',
    labels: { ...perGroup, outcome: ['ignored', 'held'] },
  },
  bramble_event_retries_total: { kind: 'counter', help: 'Failed tries of events.', labels: { type: null } },
  bramble_dead_letters: {
    kind: 'gauge',
    help: `Events that failed for good and wait for a person. ${OF_DATABASE}`,
    labels: { stream: null },
  },
  bramble_dead_letter_oldest_age_seconds: {
    kind: 'gauge',
    help: `Age of the oldest dead letter; 0 when none. ${OF_DATABASE}`,
    labels: { stream: null },
  },
  bramble_dead_letters_total: {
    kind: 'counter',
    help: 'Events given up.',
    labels: { ...perGroup, reason: ['schema', 'handler', 'unknown_type'] },
  },
  bramble_dead_letter_replays_total: {
    kind: 'counter',
    help: 'Dead letters replayed.',
    labels: { ...perGroup, result: ['ok', 'error'] },
  },
  bramble_outbox_unsent: { kind: 'gauge', help: `Outbox rows not yet published. ${OF_DATABASE}`, labels: {} },
  bramble_outbox_oldest_unsent_age_seconds: {
    kind: 'gauge',
    help: `Age of the oldest unpublished outbox row; 0 when none. ${OF_DATABASE}`,
    labels: {},
  },
  bramble_outbox_publishes_total: {
    kind: 'counter',
    help: 'Rounds of publishing.',
    labels: { cause: ['notify', 'sweep'], result: ['ok', 'error'] },
  },
});
