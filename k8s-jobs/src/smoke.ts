import { callBy } from '@bramble/contracts/call';
import { catalogApi } from '@bramble/contracts/catalog';
import { gatewayApi } from '@bramble/contracts/gateway';
import { url } from '@bramble/service-kit/base/config';
import { firstConnection } from './shared/first-connection';
import { job } from './shared/job';

const TIMEOUT_MS = 10_000;

/** `helm test`: checks through the gateway that the shop is open, lists products and serves the storefront. */
export const smoke = job({
  name: 'smoke',
  env: { GATEWAY_URL: url() },
  async run({ GATEWAY_URL: gateway, CONNECT_SECONDS: seconds }, log) {
    const get = (path: string, accept: string) =>
      fetch(new URL(path, gateway), { headers: { accept }, signal: AbortSignal.timeout(TIMEOUT_MS) });
    const call = callBy(async ({ method, path, headers }) => {
      const response = await fetch(new URL(path, gateway), {
        method,
        headers,
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      return { status: response.status, text: await response.text() };
    });
    const health = await firstConnection('gateway', { seconds, log }, async () => {
      const { status, services } = await call(gatewayApi.health);
      if (status !== 'ok') throw new Error(`the shop is ${status}: ${JSON.stringify(services)}`);
      return services;
    });
    const { items } = await call(catalogApi.list, { query: { limit: 1 } });
    const page = await get('/', 'text/html');
    if (!page.ok || !(await page.text()).includes('<html'))
      throw new Error(`the storefront answers ${page.status}`);
    return { services: Object.keys(health).length, sells: items.length > 0 };
  },
});
