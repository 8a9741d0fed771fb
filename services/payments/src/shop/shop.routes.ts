import type { Answer } from '@bramble/contracts/operation';
import { shopApi } from '@bramble/contracts/shop';
import { endpoint } from '@bramble/service-kit/http/endpoint';
import type { Mountable } from '@bramble/service-kit/runtime/service';

export const shopRoutes = (shop: Answer<typeof shopApi.shop>): Mountable[] => [
  endpoint(shopApi.shop, () => Promise.resolve(shop)),
];
