import type { Logger } from '@bramble/service-kit/observe/logger';
import type { CapturedCharge, Provider } from '../provider/provider';
import type { ChargeCheckRepository, OwnCharge } from './charge-check.repository';

const BATCH = 500;
/** The provider's clock may differ, and a charge may be captured some time after it was created. */
const OVERLAP_MS = 3_600_000;
const OWN_KEY = /^([0-9a-f-]{36}):capture:(\d+)$/;

/** Undefined for a charge whose money is back already, and for one without a key of this shop. */
function ownCharge(charge: CapturedCharge): OwnCharge | undefined {
  const [, orderId, attempt] = OWN_KEY.exec(charge.key) ?? [];
  if (orderId === undefined || charge.refunded >= charge.amount) return undefined;
  return { ...charge, orderId, attempt: Number(attempt) };
}

/**
 * Compares the provider's captures with the attempts. After a restore the provider holds money of the time since the backup,
 * and nothing else in the shop knows of it. Such a capture becomes an attempt again: its order is paid, or the money is
 * refunded when the order has ended or is gone.
 */
export function createChargeCheck({
  provider,
  checks,
  log,
}: {
  provider: Pick<Provider, 'captures'>;
  checks: ChargeCheckRepository;
  log: Logger;
}) {
  async function adopt(charges: readonly OwnCharge[]): Promise<void> {
    for (const { orderId, key, amount } of await checks.insertMissing(charges))
      log.error(
        { order_id: orderId, key, amount },
        'the provider holds a capture that payments did not have',
      );
  }

  /** An attempt is stored before its call to the provider, so each capture listed has its attempt, unless that was lost. */
  async function run(): Promise<void> {
    const { checkedUntil, now } = await checks.times();
    let batch: OwnCharge[] = [];
    for await (const charge of provider.captures(new Date(checkedUntil.getTime() - OVERLAP_MS))) {
      const own = ownCharge(charge);
      if (own) batch.push(own);
      if (batch.length < BATCH) continue;
      await adopt(batch);
      batch = [];
    }
    if (batch.length > 0) await adopt(batch);
    await checks.advance(now);
  }

  return { run };
}
