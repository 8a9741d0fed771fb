import { startShop } from '../helpers/running-shop';

export interface OpenShop {
  url: string;
  close(): Promise<unknown>;
}

/** The whole shop. `BRAMBLE_URL` names one that runs already; without it one is started and stopped. */
export async function openShop(): Promise<OpenShop> {
  const url = process.env['BRAMBLE_URL'];
  if (url) return { url, close: () => Promise.resolve() };
  const shop = await startShop({ env: { RATE_LIMIT_FACTOR: '100000' } });
  return { url: shop.url, close: () => shop.stop() };
}
