import { define } from '@bramble/service-kit/observe/metrics-catalogue/definition';

/** Metrics of password hashing. */
export const passwordMetrics = define({
  bramble_password_hash_queue_length: { kind: 'gauge', help: 'Password hashes waiting.', labels: {} },
  bramble_password_hash_active: { kind: 'gauge', help: 'Password hashes being computed.', labels: {} },
  bramble_password_hash_duration_seconds: {
    kind: 'histogram',
    help: 'Duration of password hashing.',
    labels: { operation: ['hash', 'verify'] },
    buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
  },
});
