import { events } from '@bramble/contracts/events';

type Kind = 'counter' | 'gauge' | 'histogram';
/** A closed list of values, or null where the values are few but known only at run time (routes, event types). */
type Labels = Readonly<Record<string, readonly string[] | null>>;
interface Definition {
  kind: Kind;
  help: string;
  labels: Labels;
  buckets?: readonly number[];
}
const define = <const D extends Record<string, Definition>>(catalogue: D) => catalogue;

const streamNames = [
  'orders_stream',
  'inventory_stream',
  'payments_stream',
  'delivery_stream',
  'catalog_stream',
] as const;
const eventNames = Object.keys(events);
const nonFinal = ['PENDING', 'RESERVED', 'PAID', 'SHIPPED'] as const;
const httpBuckets = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5] as const;
const perGroup = { stream: null, group: null } as const;
const tasks = [
  'refill',
  'cache_purge',
  'reconcile',
  'reservation_sweep',
  'ledger_check',
  'backup_postgres',
  'backup_mongodb',
  'session_purge',
] as const;
const limiters = ['signup', 'login', 'token', 'account', 'read', 'write'] as const;

/**
 * Every metric of Bramble: kind, help, labels with their closed values. `service_name` is added to all of them.
 * Counters whose labels are all closed are created at 0 for each combination, so that the first failure shows in a rate.
 */
export const metricsCatalogue = define({
  http_server_request_duration_seconds: {
    kind: 'histogram',
    help: 'Duration of HTTP requests served.',
    labels: { http_request_method: null, http_route: null, http_response_status_code: null },
    buckets: httpBuckets,
  },
  http_server_active_requests: { kind: 'gauge', help: 'HTTP requests in hand.', labels: {} },
  bramble_http_rejected_total: {
    kind: 'counter',
    help: 'Requests refused at the edge.',
    labels: { reason: ['rate_limit', 'body_size', 'timeout', 'origin', 'draining', 'overload'] },
  },
  http_client_request_duration_seconds: {
    kind: 'histogram',
    help: 'Duration of calls to other services.',
    labels: { server_address: null, error_type: null },
    buckets: httpBuckets,
  },
  bramble_breaker_state: {
    kind: 'gauge',
    help: '1 for the state a circuit breaker is in.',
    labels: { dependency: null, state: ['closed', 'open', 'half_open'] },
  },
  bramble_breaker_transitions_total: {
    kind: 'counter',
    help: 'Changes of state of circuit breakers.',
    labels: { dependency: null, to: ['closed', 'open', 'half_open'] },
  },
  bramble_breaker_rejected_total: {
    kind: 'counter',
    help: 'Calls refused by an open breaker.',
    labels: { dependency: null },
  },
  bramble_checkouts_total: {
    kind: 'counter',
    help: 'Checkouts by how they ended.',
    labels: { outcome: ['paid', 'declined', 'out_of_stock', 'expired', 'cancelled', 'error', 'timeout'] },
  },
  bramble_order_transitions_total: {
    kind: 'counter',
    help: 'Steps of orders.',
    labels: { from: null, to: null },
  },
  bramble_order_illegal_transitions_total: {
    kind: 'counter',
    help: 'Events that no row of the order table knows.',
    labels: {},
  },
  bramble_orders: { kind: 'gauge', help: 'Orders that are not final.', labels: { status: nonFinal } },
  bramble_orders_overdue: {
    kind: 'gauge',
    help: 'Orders past the deadline of their state.',
    labels: { status: nonFinal },
  },
  bramble_order_oldest_overdue_age_seconds: {
    kind: 'gauge',
    help: 'How long the oldest overdue order has been overdue; 0 when none.',
    labels: { status: nonFinal },
  },
  bramble_order_repairs_total: {
    kind: 'counter',
    help: 'What the reconciler did.',
    labels: { status: null, result: ['resent', 'failed', 'gave_up'] },
  },
  bramble_order_stage_duration_seconds: {
    kind: 'histogram',
    help: 'Time from placing an order to a stage.',
    labels: { to: ['RESERVED', 'PAID', 'SHIPPED', 'COMPLETED'] },
    buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300],
  },
  bramble_order_revenue_minor_units_total: {
    kind: 'counter',
    help: 'Captured money.',
    labels: { currency: null },
  },
  bramble_order_refunds_minor_units_total: {
    kind: 'counter',
    help: 'Refunded money.',
    labels: { currency: null },
  },
  bramble_idempotent_replays_total: {
    kind: 'counter',
    help: 'Requests that came again with their Idempotency-Key.',
    labels: { result: ['same', 'conflict', 'in_flight'] },
  },
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
  bramble_event_retries_total: { kind: 'counter', help: 'Failed tries of events.', labels: { type: null } },
  bramble_dead_letters: {
    kind: 'gauge',
    help: 'Events that failed for good and wait for a person.',
    labels: { stream: null },
  },
  bramble_dead_letter_oldest_age_seconds: {
    kind: 'gauge',
    help: 'Age of the oldest dead letter; 0 when none.',
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
  bramble_outbox_unsent: { kind: 'gauge', help: 'Outbox rows not yet published.', labels: {} },
  bramble_outbox_oldest_unsent_age_seconds: {
    kind: 'gauge',
    help: 'Age of the oldest unpublished outbox row; 0 when none.',
    labels: {},
  },
  bramble_outbox_publishes_total: {
    kind: 'counter',
    help: 'Rounds of publishing.',
    labels: { cause: ['notify', 'sweep'], result: ['ok', 'error'] },
  },
  bramble_reservations: {
    kind: 'gauge',
    help: 'Reservations not settled.',
    labels: { state: ['live', 'overdue'] },
  },
  bramble_reservation_outcomes_total: {
    kind: 'counter',
    help: 'How reservations ended.',
    labels: { outcome: ['committed', 'released', 'expired', 'rejected'] },
  },
  bramble_reserve_conflicts_total: {
    kind: 'counter',
    help: 'Reservation transactions repeated after a conflict.',
    labels: {},
  },
  bramble_products: { kind: 'gauge', help: 'Products by stock.', labels: { stock: ['ok', 'low', 'out'] } },
  bramble_ledger_drift: {
    kind: 'gauge',
    help: 'Absolute difference of a ledger; 0 is sound.',
    labels: { ledger: ['stock', 'reserved', 'money', 'orders'] },
  },
  bramble_ledger_last_check_timestamp_seconds: {
    kind: 'gauge',
    help: 'When a ledger was last checked.',
    labels: { ledger: ['stock', 'reserved', 'money', 'orders'] },
  },
  bramble_payment_attempts_total: {
    kind: 'counter',
    help: 'Settled calls of the payment provider.',
    labels: { operation: ['capture', 'refund'], outcome: ['succeeded', 'declined', 'timeout', 'error'] },
  },
  bramble_payment_provider_duration_seconds: {
    kind: 'histogram',
    help: 'Duration of provider calls.',
    labels: { operation: ['capture', 'refund'] },
    buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
  },
  bramble_payments_unsettled: {
    kind: 'gauge',
    help: 'Provider calls whose outcome is not known.',
    labels: { operation: ['capture', 'refund'] },
  },
  bramble_payments_oldest_unsettled_age_seconds: {
    kind: 'gauge',
    help: 'Age of the oldest unsettled provider call; 0 when none.',
    labels: { operation: ['capture', 'refund'] },
  },
  bramble_deliveries: {
    kind: 'gauge',
    help: 'Deliveries under way.',
    labels: { status: ['PREPARING', 'SHIPPED', 'OUT_FOR_DELIVERY', 'DELIVERED'] },
  },
  bramble_cache_requests_total: {
    kind: 'counter',
    help: 'Look-ups in a cache.',
    labels: { cache: ['product', 'list', 'keys', 'session'], result: ['hit', 'miss', 'stale', 'error'] },
  },
  bramble_rate_limited_total: {
    kind: 'counter',
    help: 'Requests over a limit.',
    labels: { limiter: limiters },
  },
  bramble_rate_limiter_fallback: {
    kind: 'gauge',
    help: '1 while a limiter counts in memory because Redis is away.',
    labels: { limiter: limiters },
  },
  bramble_password_hash_queue_length: { kind: 'gauge', help: 'Password hashes waiting.', labels: {} },
  bramble_password_hash_active: { kind: 'gauge', help: 'Password hashes being computed.', labels: {} },
  bramble_password_hash_duration_seconds: {
    kind: 'histogram',
    help: 'Duration of password hashing.',
    labels: { operation: ['hash', 'verify'] },
    buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
  },
  bramble_logins_total: {
    kind: 'counter',
    help: 'Attempts to sign in.',
    labels: { outcome: ['ok', 'bad', 'limited', 'disabled'] },
  },
  bramble_token_reuse_total: {
    kind: 'counter',
    help: 'Rotated refresh tokens used again: stolen tokens.',
    labels: {},
  },
  db_client_operation_duration_seconds: {
    kind: 'histogram',
    help: 'Duration of database operations.',
    labels: { db_system_name: ['postgresql', 'mongodb', 'redis'], db_operation_name: null, error_type: null },
    buckets: [0.001, 0.005, 0.025, 0.1, 0.5, 2.5],
  },
  db_client_connection_count: {
    kind: 'gauge',
    help: 'Connections of a pool.',
    labels: { db_client_connection_pool_name: null, state: ['idle', 'used'] },
  },
  db_client_connection_max: {
    kind: 'gauge',
    help: 'The largest number of connections of a pool.',
    labels: { db_client_connection_pool_name: null },
  },
  db_client_connection_pending_requests: {
    kind: 'gauge',
    help: 'Requests that wait for a connection.',
    labels: { db_client_connection_pool_name: null },
  },
  db_client_connection_timeouts_total: {
    kind: 'counter',
    help: 'Requests that got no connection in time.',
    labels: { db_client_connection_pool_name: null },
  },
  bramble_store_up: { kind: 'gauge', help: '1 while a store answers.', labels: { store: null } },
  bramble_tx_retries_total: {
    kind: 'counter',
    help: 'Transactions repeated.',
    labels: { cause: ['serialization', 'deadlock', 'transient'] },
  },
  bramble_task_last_success_timestamp_seconds: {
    kind: 'gauge',
    help: 'When a recurring task of the shop last succeeded.',
    labels: { task: tasks },
  },
  bramble_task_interval_seconds: {
    kind: 'gauge',
    help: 'How often a recurring task is meant to run.',
    labels: { task: tasks },
  },
  bramble_task_last_duration_seconds: {
    kind: 'gauge',
    help: 'How long the last successful run of a recurring task took.',
    labels: { task: tasks },
  },
  bramble_task_runs_total: {
    kind: 'counter',
    help: 'Runs of recurring tasks in this process.',
    labels: { task: tasks, result: ['ok', 'error'] },
  },
  bramble_collect_errors_total: {
    kind: 'counter',
    help: 'Gauges that could not be read.',
    labels: { collector: null },
  },
  bramble_build_info: {
    kind: 'gauge',
    help: 'Always 1; the version is in the labels.',
    labels: { version: null, revision: null },
  },
  bramble_start_time_seconds: { kind: 'gauge', help: 'When this process started.', labels: {} },
  bramble_ready: { kind: 'gauge', help: '1 while this process takes requests.', labels: {} },
  nodejs_eventloop_utilization_ratio: {
    kind: 'gauge',
    help: 'Share of time the event loop was busy since the last scrape.',
    labels: {},
  },
  bramble_memory_limit_bytes: { kind: 'gauge', help: 'Memory limit of the cgroup; 0 when none.', labels: {} },
  bramble_cpu_throttled_seconds_total: {
    kind: 'counter',
    help: 'Time the cgroup was throttled.',
    labels: {},
  },
});

export type MetricsCatalogue = typeof metricsCatalogue;
export type MetricName = keyof MetricsCatalogue;
export type MetricOfKind<K extends Kind> = {
  [N in MetricName]: MetricsCatalogue[N]['kind'] extends K ? N : never;
}[MetricName];

type LabelValue<V> = V extends readonly (infer S)[] ? S : string;
/** The labels a metric takes, each with its closed values. */
export type LabelsOf<N extends MetricName> = {
  [L in keyof MetricsCatalogue[N]['labels']]: LabelValue<MetricsCatalogue[N]['labels'][L]>;
};

/** The values of labels that are listed elsewhere: streams and event names. */
export const knownLabelValues = { stream: streamNames, type: eventNames } as const;
