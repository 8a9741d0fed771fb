import { define } from '@bramble/service-kit/observe/metrics-catalogue/definition';

/** Metrics of sign-ins and of refresh tokens that were used twice. */
export const sessionMetrics = define({
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
});
