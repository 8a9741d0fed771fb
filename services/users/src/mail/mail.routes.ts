import { usersApi } from '@bramble/contracts/users';
import { endpoint } from '@bramble/service-kit/http/endpoint';
import type { Mountable } from '@bramble/service-kit/runtime/service';
import type { MailService } from './mail.service';

export const mailRoutes = (mail: MailService): Mountable[] => [
  endpoint(usersApi.mailJobs, async () => ({ items: await mail.pending() })),
  endpoint(usersApi.mailJobTaken, async ({ params }) => {
    await mail.markTaken(params.id);
    return undefined;
  }),
];
