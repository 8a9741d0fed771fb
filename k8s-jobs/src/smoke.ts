import { callBy } from '@bramble/contracts/call';
import { catalogApi } from '@bramble/contracts/catalog';
import { gatewayApi } from '@bramble/contracts/gateway';
import { url } from '@bramble/service-kit/base/config';
import { fetchFrom } from './shared/fetch-from';
import { firstConnection } from './shared/first-connection';
import { job } from './shared/job';

/** `helm test`: checks through the gateway that the shop is open, lists products and serves the storefront. */
export const smoke = job({
  name: 'smoke',
  env: { GATEWAY_URL: url() },
  async run({ GATEWAY_URL: gateway, CONNECT_SECONDS: seconds }, log) {
    const send = fetchFrom(gateway, { timeoutMs: 10_000 });
    const call = callBy(send);
    const health = await firstConnection('gateway', { seconds, log }, async () => {
      const { status, services } = await call(gatewayApi.health);
      if (status !== 'ok') throw new Error(`the shop is ${status}: ${JSON.stringify(services)}`);
      return services;
    });
    const { items } = await call(catalogApi.list, { query: { limit: 1 } });
    const accept = 'text/html';
    const page = await send({ method: 'GET', path: '/', headers: { accept }, body: undefined });
    if (page.status !== 200 || !page.text.includes('<html'))
      throw new Error(`the storefront answers ${page.status}`);
    return { services: Object.keys(health).length, sells: items.length > 0 };
  },
});
