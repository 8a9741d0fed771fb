import { taskNames as tasks } from '@bramble/contracts/tasks';
import { define } from './definition';

const nonFinal = ['PENDING', 'RESERVED', 'PAID', 'SHIPPED'] as const;
const stores = ['postgres', 'mongodb'] as const;

/** Orders, stock, money, deliveries, accounts and recurring tasks. */
export const shopMetrics = define({
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
  bramble_backup_last_success_timestamp_seconds: {
    kind: 'gauge',
    help: 'When a store was last put into an archive that was read back whole.',
    labels: { store: stores },
  },
  bramble_backup_size_bytes: {
    kind: 'gauge',
    help: 'Size of the last archive that holds the store.',
    labels: { store: stores },
  },
  bramble_backup_last_verified_timestamp_seconds: {
    kind: 'gauge',
    help: 'When a store was last restored from an archive.',
    labels: { store: stores },
  },
});
