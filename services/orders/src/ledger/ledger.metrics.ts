import { gauge } from '@bramble/service-kit/observe/metrics';
import { ledgerMetrics } from '@bramble/service-kit/observe/metrics-catalogue/ledger';
import type { Telemetry } from '@bramble/service-kit/observe/telemetry';
import type { LedgerRepository } from './ledger.repository';

const checkedLedgers = ['money', 'orders'] as const;
/** The ledgers that orders checks. */
export const orderLedgerMetrics = ledgerMetrics(checkedLedgers);

/**
 * Compares captured money with the worth of orders, and orders with their history and reports, and exports the
 * differences.
 */
export function createLedgerCheck(
  telemetry: Telemetry<typeof orderLedgerMetrics>,
  ledgers: LedgerRepository,
) {
  const { log } = telemetry;
  const drift = gauge(telemetry, 'bramble_ledger_drift');
  const checked = gauge(telemetry, 'bramble_ledger_last_check_timestamp_seconds');

  async function run(): Promise<void> {
    const found = await ledgers.drift();
    const now = Math.round(Date.now() / 1000);
    for (const ledger of checkedLedgers) {
      drift.set({ ledger }, found[ledger]);
      checked.set({ ledger }, now);
    }
    if (found.money !== 0 || found.orders !== 0) log.error(found, 'the ledgers do not add up');
  }

  return { run };
}
