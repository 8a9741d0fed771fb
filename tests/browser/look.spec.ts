import type { Page } from 'playwright-core';
import { ordersApi } from '@bramble/contracts/orders';
import { openShop, type OpenShop } from './open-shop';
import { goods, openBoard } from './steps';
import { callAs, visit } from './visitor';

const looks = (['light', 'dark'] as const).flatMap((colorScheme) =>
  [390, 1280].map((width) => ({ colorScheme, width })),
);

describe('the look of the shop in a browser', () => {
  let shop: OpenShop;
  let productId: string;
  beforeAll(async () => {
    shop = await openShop();
    productId = (await shop.client.offer(await shop.client.signUp('seller'), 5)).id;
  });
  afterAll(() => shop?.close());

  it.each(looks)(
    'every page is accessible: $colorScheme at $width pixels',
    async ({ colorScheme, width }) => {
      const visitor = await visit(shop.browser, shop.url, { colorScheme, viewport: { width, height: 844 } });
      const { page } = visitor;
      visitor.expectStatus(404);
      const check = async (path: string) => {
        await page.goto(path);
        await page.waitForLoadState('networkidle');
        const title = await page.title();
        expect({ path, title }).toEqual({ path, title: expect.stringMatching(/.+ – Bramble$/) as string });
        expect({ path, headings: await page.locator('h1').count() }).toEqual({ path, headings: 1 });
        expect({ path, axe: await visitor.axe() }).toEqual({ path, axe: [] });
        expect({ path, overflow: await visitor.overflow() }).toEqual({ path, overflow: [] });
      };
      for (const path of [
        '/',
        `/products/${productId}`,
        '/basket',
        '/checkout',
        '/sign-in',
        '/sign-up',
        '/orders',
        '/nowhere',
      ]) {
        await check(path);
      }
      await demo(page, 'Demo buyer');
      for (const path of ['/orders', '/account']) await check(path);
      const { items } = await callAs(page)(ordersApi.list, { query: { limit: 1 } });
      await check(`/orders/${items[0]!.id}`);
      await demo(page, 'Demo seller');
      for (const path of ['/sell', '/sell/new', `/sell/01900000-0000-7000-9000-000000000001`])
        await check(path);
      await demo(page, 'Demo admin');
      await check('/admin');
      await page
        .getByRole('button', { name: /^Pay back/ })
        .first()
        .click();
      await page.getByRole('dialog').waitFor();
      expect(await visitor.axe()).toEqual([]);
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'hidden' });
      expect(await page.evaluate(() => document.activeElement?.getAttribute('aria-label'))).toMatch(
        /^Pay back/,
      );
      expect(
        (await visitor.faults()).filter((fault) => !fault.includes('shifted') && !/^\//.test(fault)),
      ).toEqual([]);
      await visitor.close();
    },
  );

  it('no element overflows at a width of 320 pixels', async () => {
    const visitor = await visit(shop.browser, shop.url, { viewport: { width: 320, height: 640 } });
    for (const path of ['/', `/products/${productId}`, '/basket', '/sign-up']) {
      await visitor.page.goto(path);
      await visitor.page.waitForLoadState('networkidle');
      expect({ path, overflow: await visitor.overflow() }).toEqual({ path, overflow: [] });
    }
    await visitor.close();
  });

  it('reduced motion turns animations off', async () => {
    const visitor = await visit(shop.browser, shop.url, { reducedMotion: 'reduce' });
    const { page } = visitor;
    await page.goto(`/products/${productId}`);
    await page.getByRole('button', { name: 'Add to basket' }).click();
    const running = await page.evaluate(
      () =>
        document
          .getAnimations()
          .filter((animation) => Number(animation.effect?.getComputedTiming().duration) > 1).length,
    );
    expect(running).toBe(0);
    await visitor.close();
  });

  it('a dark colour scheme never shows the light theme first', async () => {
    const visitor = await visit(shop.browser, shop.url, { colorScheme: 'dark' });
    const { page } = visitor;
    await page.route('**/*.js', async (route) => {
      if (route.request().url().endsWith('/theme.js')) return route.continue();
      await new Promise((resolve) => setTimeout(resolve, 1_500));
      await route.continue().catch(() => undefined);
    });
    await page.goto('/', { waitUntil: 'commit' });
    await page.waitForFunction(
      () => document.body && getComputedStyle(document.body).backgroundColor !== 'rgba(0, 0, 0, 0)',
    );
    const shown = await page.screenshot({ clip: { x: 0, y: 0, width: 8, height: 8 } });
    const [red, green, blue] = await page.evaluate(async (png) => {
      const picture = new Image();
      picture.src = `data:image/png;base64,${png}`;
      await picture.decode();
      const canvas = document.createElement('canvas').getContext('2d');
      canvas?.drawImage(picture, 0, 0);
      return [...(canvas?.getImageData(2, 2, 1, 1).data ?? [])];
    }, shown.toString('base64'));
    expect(Math.max(red ?? 255, green ?? 255, blue ?? 255)).toBeLessThan(60);
    expect(await page.locator('h1').count()).toBe(0);
    await visitor.close();
  });

  it('a chosen theme is kept', async () => {
    const visitor = await visit(shop.browser, shop.url, { colorScheme: 'light' });
    const { page } = visitor;
    await openBoard(page);
    await page.getByRole('button', { name: 'Dark' }).click();
    await page.reload();
    await page.getByRole('button', { name: 'Light' }).waitFor();
    expect(await page.evaluate(() => document.documentElement.className)).toBe('dark');
    await visitor.close();
  });

  it('a first visit takes few requests and few bytes, and shifts no layout', async () => {
    const visitor = await visit(shop.browser, shop.url, { viewport: { width: 390, height: 844 } });
    const { page } = visitor;
    const session = await page.context().newCDPSession(page);
    await session.send('Network.enable');
    await session.send('Network.emulateNetworkConditions', {
      offline: false,
      latency: 100,
      downloadThroughput: 9_000_000 / 8,
      uploadThroughput: 2_000_000 / 8,
    });
    await session.send('Emulation.setCPUThrottlingRate', { rate: 4 });
    await openBoard(page);
    await page.waitForLoadState('networkidle');
    const seen = await page.evaluate(() => {
      const entries = performance.getEntriesByType('resource') as PerformanceResourceTiming[];
      const bytes = (kind: RegExp) =>
        entries.filter(({ name }) => kind.test(name)).reduce((sum, entry) => sum + entry.encodedBodySize, 0);
      return { js: bytes(/\.js$/), css: bytes(/\.css$/), fonts: bytes(/\.woff2$/), art: bytes(/\/art\//) };
    });
    expect(seen.js).toBeLessThanOrEqual(130_000);
    expect(seen.css).toBeLessThanOrEqual(16_000);
    expect(seen.fonts).toBeLessThanOrEqual(90_000);
    expect(seen.art).toBeLessThanOrEqual(80_000);
    expect(await visitor.faults()).toEqual([]);
    await visitor.close();
  });

  it('a visit without signing in sets no cookie', async () => {
    const visitor = await visit(shop.browser, shop.url);
    await openBoard(visitor.page);
    await goods(visitor.page).first().getByRole('link').click();
    await visitor.page.waitForLoadState('networkidle');
    expect(await visitor.page.context().cookies()).toEqual([]);
    await visitor.close();
  });
});

async function demo(page: Page, name: string): Promise<void> {
  await page.goto('/sign-in');
  await page.getByRole('button', { name }).click();
  await page.getByRole('heading', { level: 1, name: 'Fresh on the board' }).waitFor();
}
