import { usersApi } from '@bramble/contracts/users';
import { isAdmin, userIdOf } from '@bramble/service-kit/base/actor';
import { AppError } from '@bramble/service-kit/base/errors';
import { endpoint } from '@bramble/service-kit/http/endpoint';
import type { Mountable } from '@bramble/service-kit/runtime/service';
import type { AdminService } from './admin.service';

export const adminRoutes = (admin: AdminService): Mountable[] => [
  endpoint(usersApi.list, ({ query }) => admin.list(query)),
  endpoint(
    usersApi.get,
    {
      find: ({ params, actor }) => {
        if (!isAdmin(actor) && params.id !== actor.userId) throw new AppError('not_found');
        return admin.find(params.id);
      },
    },
    async ({ found }) => ({ user: admin.show(found) }),
  ),
  endpoint(
    usersApi.patch,
    { find: ({ params }) => admin.existing(params.id) },
    async ({ found, body, actor }) => ({ user: await admin.change(found, body, userIdOf(actor)) }),
  ),
];
