import { usersApi } from '@bramble/contracts/users';
import { userIdOf } from '@bramble/service-kit/base/actor';
import { AppError } from '@bramble/service-kit/base/errors';
import { clientAddress } from '@bramble/service-kit/http/client-address';
import { endpoint } from '@bramble/service-kit/http/endpoint';
import type { Mountable } from '@bramble/service-kit/runtime/service';
import type { AccountService } from '../account/account.service';

/** Confirms a person by the password, or without one by a session that has just begun. */
export const confirmRoutes = ({
  accounts,
  isFresh,
}: {
  accounts: Pick<AccountService, 'confirm'>;
  isFresh: (userId: string, sessionId: string) => Promise<boolean>;
}): Mountable[] => [
  endpoint(usersApi.confirm, async ({ actor, body, req }) => {
    const userId = userIdOf(actor);
    if (body.password !== undefined) await accounts.confirm(userId, body.password, clientAddress(req));
    else if (actor.sessionId === undefined || !(await isFresh(userId, actor.sessionId)))
      throw new AppError('confirmation_required');
    return undefined;
  }),
];
