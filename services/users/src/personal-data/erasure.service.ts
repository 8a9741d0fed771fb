import type { Logger } from '@bramble/service-kit/observe/logger';
import type { AccountService } from '../account/account.service';
import type { DemoAccounts } from '../demo/demo-accounts.service';
import type { GuessLimits } from '../limits/guess-limits.service';
import type { DenylistService } from '../session/denylist.service';
import type { ErasureRepository } from './erasure.repository';

export type ErasureService = ReturnType<typeof createErasureService>;

export interface ErasureDependencies {
  erasures: ErasureRepository;
  accounts: Pick<AccountService, 'confirm'>;
  guesses: Pick<GuessLimits, 'keyOf' | 'forget'>;
  denylist: Pick<DenylistService, 'announce'>;
  demo: Pick<DemoAccounts, 'assertOwn'>;
  log: Pick<Logger, 'info'>;
}

/** Erases accounts, here and by `user.erased` in every other service. */
export function createErasureService(dependencies: ErasureDependencies) {
  const { erasures, accounts, guesses, denylist, demo, log } = dependencies;

  /** Asks for the password; throws `confirmation_required`, or `demo_account` for an account that visitors share. */
  async function erase(userId: string, password: string, address: string): Promise<void> {
    demo.assertOwn(userId);
    const { email } = await accounts.confirm(userId, password, address);
    await denylist.announce(await erasures.erase(userId, guesses.keyOf(email)));
    log.info({ user_id: userId }, 'an account was erased');
  }

  /** Deletes what Redis keeps of erased accounts; what Redis refuses is tried at the next call. */
  async function complete(): Promise<void> {
    await erasures.announceMissed();
    for (const { userId, limitsKey } of await erasures.withLimits()) {
      await guesses.forget(limitsKey);
      await erasures.forgetLimits(userId);
    }
  }

  return { erase, complete };
}
