import type { Logger } from '@bramble/service-kit/observe/logger';
import type { CapturedCharge, Provider } from '../provider/provider';
import type { ChargeCheckRepository, OwnCharge } from './charge-check.repository';

const BATCH = 500;
/** The provider's clock may differ, and a charge may be captured some time after it was created. */
const OVERLAP_MS = 3_600_000;
/** How far the provider's clock may be ahead. */
const SKEW_MS = 300_000;
const OWN_KEY = /^([0-9a-f-]{36}):capture:(\d+)$/;

/** Undefined for a charge whose money is back already, and for one without a key of this shop. */
function ownCharge(charge: CapturedCharge): OwnCharge | undefined {
  const [, orderId, attempt] = OWN_KEY.exec(charge.key) ?? [];
  if (orderId === undefined || charge.refunded >= charge.amount) return undefined;
  return { ...charge, orderId, attempt: Number(attempt) };
}

/** The shop's own charges of a list whose money is not back. */
async function* batches(charges: AsyncIterable<CapturedCharge>): AsyncGenerator<OwnCharge[]> {
  let batch: OwnCharge[] = [];
  for await (const charge of charges) {
    const own = ownCharge(charge);
    if (own) batch.push(own);
    if (batch.length < BATCH) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

/**
 * Compares the provider's captures with the attempts. After a restore the provider holds money of the time since the archive,
 * and nothing else in the shop knows of it. Such a capture becomes an attempt again: its order is paid, or the money is
 * refunded when the order has ended or is gone. A capture that is younger than the restore is only reported: an attempt is
 * stored before its capture, so another shop that was made from the same archive must have made it.
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
  /** The keys of foreign captures that the last run reported, so that each is reported once. */
  let reported: ReadonlySet<string> = new Set();

  async function adopt(charges: readonly OwnCharge[]): Promise<void> {
    for (const { orderId, key, amount } of await checks.insertMissing(charges))
      log.error(
        { order_id: orderId, key, amount },
        'the provider holds a capture that payments did not have',
      );
  }

  /** Reports the captures that have no attempt; answers their keys. */
  async function report(charges: readonly OwnCharge[]): Promise<string[]> {
    const foreign = await checks.missing(charges);
    for (const { orderId, key, amount } of foreign)
      if (!reported.has(key))
        log.error(
          { order_id: orderId, key, amount },
          'the provider holds a capture that payments did not have, younger than the last restore: another shop has the same id',
        );
    return foreign.map(({ key }) => key);
  }

  async function run(): Promise<void> {
    const { checkedUntil, restoredAt, now } = await checks.times();
    const lostUntil = restoredAt === null ? -Infinity : restoredAt.getTime() + SKEW_MS;
    const foreign: string[] = [];
    for await (const batch of batches(provider.captures(new Date(checkedUntil.getTime() - OVERLAP_MS)))) {
      await adopt(batch.filter(({ createdAt }) => createdAt.getTime() <= lostUntil));
      foreign.push(...(await report(batch.filter(({ createdAt }) => createdAt.getTime() > lostUntil))));
    }
    reported = new Set(foreign);
    await checks.advance(now);
  }

  return { run };
}
