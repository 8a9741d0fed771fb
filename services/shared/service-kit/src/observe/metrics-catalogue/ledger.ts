import { define } from './definition';

/** Metrics of ledger checks, for a service with ledgers. `ledgers` names them. */
export const ledgerMetrics = <const L extends readonly string[]>(ledgers: L) =>
  define({
    bramble_ledger_drift: {
      kind: 'gauge',
      help: 'Absolute difference of a ledger; 0 is sound.',
      labels: { ledger: ledgers },
    },
    bramble_ledger_last_check_timestamp_seconds: {
      kind: 'gauge',
      help: 'When a ledger was last checked.',
      labels: { ledger: ledgers },
    },
  });
