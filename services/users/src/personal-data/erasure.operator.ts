import { idSchema } from '@bramble/contracts/page';
import { AppError } from '@bramble/service-kit/base/errors';
import type { AccountRepository } from '../account/account.repository';
import { operatorEntry } from '../audit/audit.service';
import { isDemoAccount } from '../demo/demo-ids';
import type { DenylistService } from '../session/denylist.service';
import type { ErasureRepository } from './erasure.repository';

export interface OperatorErasureDependencies {
  accounts: Pick<AccountRepository, 'byId' | 'byEmail'>;
  erasures: Pick<ErasureRepository, 'erase'>;
  limitsKeyOf: (email: string) => string;
  denylist: Pick<DenylistService, 'announce'>;
}

/** Erases an account from the command line, by its mail address or id: the operator has made sure who asks. Answers the id. */
export const createOperatorErasure =
  ({ accounts, erasures, limitsKeyOf, denylist }: OperatorErasureDependencies) =>
  async (name: string, operator: string): Promise<string> => {
    const account = await (idSchema.safeParse(name).success ? accounts.byId(name) : accounts.byEmail(name));
    if (!account || account.erasedAt) throw new AppError('not_found', { detail: `no account for ${name}` });
    const { id, email } = account;
    if (isDemoAccount(id)) throw new AppError('demo_account');
    const entry = operatorEntry(operator, { action: 'user.erased', target: id });
    await denylist.announce(await erasures.erase(id, limitsKeyOf(email), [entry]));
    return id;
  };
