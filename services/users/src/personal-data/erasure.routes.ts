import { usersApi } from '@bramble/contracts/users';
import { userIdOf } from '@bramble/service-kit/base/actor';
import { clientAddress } from '@bramble/service-kit/http/client-address';
import { endpoint } from '@bramble/service-kit/http/endpoint';
import type { Mountable } from '@bramble/service-kit/runtime/service';
import { clearSessionCookies } from '../session/session.http';
import type { ErasureService } from './erasure.service';

/** The erasure of one's own account. */
export const erasureRoutes = (erasure: Pick<ErasureService, 'erase'>): Mountable[] => [
  endpoint(usersApi.eraseMe, async ({ actor, body, req, res }) => {
    await erasure.erase(userIdOf(actor), body.password ?? '', clientAddress(req));
    clearSessionCookies(res, actor.secure);
    return undefined;
  }),
];
