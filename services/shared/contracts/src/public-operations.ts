import { authApi } from './auth';
import { cartApi } from './cart';
import { catalogApi } from './catalog';
import { deliveryApi } from './delivery';
import { gatewayApi } from './gateway';
import type { Operation } from './operation';
import { ordersApi } from './orders';
import { paymentsApi } from './payments';
import type { ServiceName } from './services';
import { shopApi } from './shop';
import { usersApi } from './users';

/** An operation that outside callers reach through the gateway. */
export type PublicOperation = Operation & { readonly service: ServiceName };

const isPublic = (operation: Operation): operation is PublicOperation =>
  operation.access !== 'service' && operation.service !== 'every';

/** Every operation that the gateway forwards or implements itself. */
export const publicOperations: readonly PublicOperation[] = [
  authApi,
  usersApi,
  catalogApi,
  cartApi,
  ordersApi,
  paymentsApi,
  deliveryApi,
  shopApi,
  gatewayApi,
]
  .flatMap((api): Operation[] => Object.values(api))
  .filter(isPublic);
