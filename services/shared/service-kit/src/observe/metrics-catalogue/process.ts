import { define } from './definition';

const httpBuckets = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5] as const;
const limiters = ['signup', 'login', 'token', 'account', 'read', 'write'] as const;

/** Metrics of HTTP, breakers, caches, limits, stores and the process. */
export const processMetrics = define({
  http_server_request_duration_seconds: {
    kind: 'histogram',
    help: 'Duration of HTTP requests served.',
    labels: { http_request_method: null, http_route: null, http_response_status_code: null },
    buckets: httpBuckets,
  },
  http_server_active_requests: { kind: 'gauge', help: 'HTTP requests in hand.', labels: {} },
  bramble_http_rejected_total: {
    kind: 'counter',
    help: 'Requests refused before they were served.',
    labels: { reason: ['rate_limit', 'body_size', 'timeout', 'origin', 'draining', 'overload'] },
  },
  bramble_slow_readers_total: {
    kind: 'counter',
    help: 'Connections closed because their client took its answer too slowly.',
    labels: {},
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
  bramble_cache_requests_total: {
    kind: 'counter',
    help: 'Look-ups in a cache.',
    labels: { cache: ['product', 'list', 'keys', 'session'], result: ['hit', 'miss', 'stale', 'error'] },
  },
  bramble_cache_room: {
    kind: 'gauge',
    help: '1 while copies of public answers may be written to Redis, 0 while its memory is needed for other data.',
    labels: {},
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
