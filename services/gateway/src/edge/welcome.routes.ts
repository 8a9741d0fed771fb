import { catalogApi } from '@bramble/contracts/catalog';
import { gatewayApi } from '@bramble/contracts/gateway';
import { endpoint } from '@bramble/service-kit/http/endpoint';
import { reply } from '@bramble/service-kit/http/reply';
import type { Mountable } from '@bramble/service-kit/runtime/service';
import { version } from '../version';

const welcome = {
  name: 'Bramble',
  version,
  links: {
    health: gatewayApi.health.path,
    openapi: gatewayApi.openApi.path,
    docs: gatewayApi.docs.path,
    products: catalogApi.list.path,
    categories: catalogApi.categories.path,
  },
};

/** The answer of `/` to a client that does not accept HTML. */
export const welcomeRoute: Mountable = endpoint(gatewayApi.welcome, () =>
  Promise.resolve(reply(200, welcome, { 'cache-control': 'no-cache', vary: 'Accept' })),
);
