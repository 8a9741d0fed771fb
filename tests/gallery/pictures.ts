import { mkdirSync, statSync } from 'node:fs';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { type Order, ordersApi } from '@bramble/contracts/orders';
import { PASSWORD } from '@bramble/simulator/shopper/accounts';
import { openStressShop } from '../stress/stress-shop';

export const FOLDER = 'docs/images/gallery';
/** A gallery must load on a slow line, too. */
const MOST_BYTES = 150 * 1024;

function checkSize(file: string): void {
  const { size } = statSync(file);
  if (size > MOST_BYTES) throw new Error(`${file} has ${size} bytes, more than ${MOST_BYTES}`);
}
function fileOf(name: string): string {
  mkdirSync(FOLDER, { recursive: true });
  return path.join(FOLDER, `${name}.png`);
}

/** Draws a page of our own and keeps it as a picture. */
export async function drawPage(browser: Browser, html: string, name: string): Promise<void> {
  const page = await browser.newPage({ viewport: { width: 1_400, height: 800 } });
  await page.setContent(html);
  await page.locator('main').screenshot({ path: fileOf(name) });
  await page.close();
  checkSize(fileOf(name));
}

/** Opens the storefront in a window of its own. */
async function storefront(browser: Browser, url: string): Promise<Page> {
  const context = await browser.newContext({
    baseURL: url,
    locale: 'en-IE',
    reducedMotion: 'reduce',
    viewport: { width: 1_100, height: 760 },
  });
  return context.newPage();
}

async function keep(page: Page, name: string): Promise<void> {
  await page.waitForLoadState('networkidle');
  await page.screenshot({ path: fileOf(name) });
  await page.context().close();
  checkSize(fileOf(name));
}

/** The page of a product that stress has sold out. */
export async function drawProduct(browser: Browser, url: string, productUrl: string): Promise<void> {
  const page = await storefront(browser, url);
  await page.goto(productUrl);
  await page.getByText('Sold out').first().waitFor();
  await keep(page, 'product-afterwards');
}

/** The newest order that failed among those of the first buyers, and whose it is. */
async function refusedOrder(url: string): Promise<{ order: Order; email: string }> {
  const shop = openStressShop(url, { connections: 4 });
  try {
    const tokens = await shop.signIn(20);
    for (const [buyer, token] of tokens.entries()) {
      const query = { status: 'FAILED' as const };
      const { items } = await shop.call(ordersApi.list, { name: 'orders', token, query });
      if (items[0]) return { order: items[0], email: shop.emailOf(buyer) };
    }
  } finally {
    await shop.close();
  }
  throw new Error('no buyer was refused');
}

/** What a refused buyer sees; answers the order's number. */
export async function drawRefusedBuyer(browser: Browser, url: string): Promise<string> {
  const { order, email } = await refusedOrder(url);
  const page = await storefront(browser, url);
  await page.goto('/sign-in');
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.waitForURL((address) => address.pathname !== '/sign-in');
  await page.goto(`/orders/${order.id}`);
  await page.getByRole('heading', { level: 1, name: /^Order / }).waitFor();
  await keep(page, 'refused-buyer');
  return order.number;
}
