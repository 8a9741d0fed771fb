import type { Browser } from 'playwright-core';
import { createShopClient, type ShopClient } from '@bramble/test-kit/shop-client';
import { startShop } from '../helpers/running-shop';
import { openChromium } from './chromium';

export interface OpenShop {
  url: string;
  client: ShopClient;
  browser: Browser;
  close(): Promise<void>;
}

/** The shop and a browser. `BRAMBLE_URL` names a shop that runs already; without it one is started and stopped. */
export async function openShop(): Promise<OpenShop> {
  const browser = await openChromium();
  const running = process.env['BRAMBLE_URL'];
  const shop = running
    ? { url: running, stop: () => Promise.resolve(0) }
    : await startShop({ env: { DELIVERY_STEP_SECONDS: '1' } });
  return {
    url: shop.url,
    client: createShopClient(shop.url),
    browser,
    close: async () => {
      await browser.close();
      await shop.stop();
    },
  };
}
