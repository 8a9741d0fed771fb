import { catalogApi } from '@bramble/contracts/catalog';
import { healthSchema } from '@bramble/contracts/gateway';
import { url } from '@bramble/service-kit/base/config';
import { firstConnection } from './shared/first-connection';
import { job } from './shared/job';

/** `helm test`: checks through the gateway that the shop is open, lists products and serves the storefront. */
export const smoke = job({
  name: 'smoke',
  env: { GATEWAY_URL: url() },
  async run({ GATEWAY_URL: gateway, CONNECT_SECONDS: seconds }, log) {
    const get = (path: string, accept = 'application/json') =>
      fetch(new URL(path, gateway), { headers: { accept }, signal: AbortSignal.timeout(10_000) });
    const health = await firstConnection('gateway', { seconds, log }, async () => {
      const response = await get('/api/health');
      const { status, services } = healthSchema.parse(await response.json());
      if (status !== 'ok') throw new Error(`the shop is ${status}: ${JSON.stringify(services)}`);
      return services;
    });
    const { items } = catalogApi.list.responses[200].parse(await (await get('/api/products?limit=1')).json());
    const page = await get('/', 'text/html');
    if (!page.ok || !(await page.text()).includes('<html'))
      throw new Error(`the storefront answers ${page.status}`);
    return { services: Object.keys(health).length, sells: items.length > 0 };
  },
});
