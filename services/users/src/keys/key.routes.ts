import { usersApi } from '@bramble/contracts/users';
import { endpoint } from '@bramble/service-kit/http/endpoint';
import type { Mountable } from '@bramble/service-kit/runtime/service';
import type { KeyService } from './key.service';

export const keyRoutes = (keys: KeyService): Mountable[] => [
  endpoint(usersApi.keys, async () => ({ keys: await keys.published() })),
];
