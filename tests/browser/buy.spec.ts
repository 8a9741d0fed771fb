import { mkdirSync } from 'node:fs';
import { openShop, type OpenShop } from './open-shop';
import {
  activeElement,
  basketLink,
  fillAccount,
  fillAddress,
  fillCard,
  goods,
  heading,
  openBoard,
  payButton,
  tabTo,
} from './steps';
import { visit } from './visitor';

const keepImages = process.env['UPDATE_IMAGES'] === '1';
const widths = [
  { width: 1280, height: 900, name: (page: string) => `${page}.png` },
  { width: 390, height: 844, name: (page: string) => `${page}-390.png` },
];

describe('buying in a browser', () => {
  let shop: OpenShop;
  beforeAll(async () => {
    shop = await openShop();
  });
  afterAll(() => shop?.close());

  it.each(widths)(
    'a guest buys by pointer at $width pixels and watches the parcel arrive',
    async ({ name, ...viewport }) => {
      const visitor = await visit(shop.browser, shop.url, { viewport });
      const { page } = visitor;
      const picture = async (step: string) => {
        expect(await visitor.overflow()).toEqual([]);
        expect(await visitor.axe()).toEqual([]);
        if (!keepImages) return;
        mkdirSync('docs/images', { recursive: true });
        await page.evaluate(() => document.fonts.ready);
        await page.screenshot({ path: `docs/images/${name(step)}` });
      };
      await openBoard(page);
      await page.waitForLoadState('networkidle');
      await picture('catalogue');

      const title = await goods(page).nth(3).getByRole('link').innerText();
      await goods(page).nth(3).getByRole('link').click();
      await page.getByRole('heading', { level: 1, name: title }).waitFor();
      await picture('product');
      await page.getByRole('button', { name: /^One more/ }).click();
      await page.getByRole('button', { name: 'Add to basket' }).click();
      await page.getByRole('link', { name: 'Basket 2 things' }).click();
      await page.getByRole('link', { name: 'Check out' }).click();

      await fillAccount(page);
      await fillAddress(page);
      await fillCard(page);
      await payButton(page).waitFor();
      await page.evaluate(() => scrollTo(0, 0));
      await picture('checkout');
      await payButton(page).click();

      await page.waitForURL(/\/orders\/[0-9a-f-]{36}$/);
      await page
        .getByRole('listitem')
        .filter({ hasText: 'On its way' })
        .and(page.locator('[aria-current=step]'))
        .waitFor();
      await picture('order');
      await page.getByText('Your parcel has arrived. Enjoy it.', { exact: true }).waitFor();
      await visitor.waitForSaid('Delivered. Your parcel has arrived. Enjoy it.');
      await basketLink(page)
        .and(page.getByRole('link', { name: 'Basket empty' }))
        .waitFor();
      expect(await visitor.faults()).toEqual([]);
      await visitor.close();
    },
  );

  it('somebody buys at 320 pixels with the keyboard alone', async () => {
    const visitor = await visit(shop.browser, shop.url, {
      viewport: { width: 320, height: 640 },
      reducedMotion: 'reduce',
    });
    const { page } = visitor;
    const { keyboard } = page;
    await openBoard(page);
    await keyboard.press('Tab');
    expect(await activeElement(page)).toBe('A: Skip to content');
    await keyboard.press('Enter');
    await tabTo(page, /^Add .* to the basket$/);
    await keyboard.press('Enter');
    await page.getByRole('link', { name: 'Basket 1 thing' }).waitFor();
    await tabTo(page, /^Basket/, 'Shift+Tab');
    await keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'Basket' }).waitFor();
    await page.getByRole('link', { name: 'Check out' }).waitFor();
    await tabTo(page, /^Check out$/);
    await keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'Check out' }).waitFor();

    const typed: [RegExp, string][] = [
      [/^E-mail$/, `keys-${Date.now()}@example.org`],
      [/^Password$/, 'a hedge of thorns'],
      [/^Full name$/, 'Robin Hedge'],
      [/^Street and number$/, 'Bramble Lane 4'],
      [/^Postcode$/, '10115'],
      [/^Town$/, 'Berlin'],
      [/^Card number$/, '4242424242424242'],
      [/^Expires$/, '1239'],
      [/^Security code$/, '123'],
    ];
    for (const [label, text] of typed) {
      await tabTo(page, label);
      await keyboard.type(text);
    }
    await payButton(page).waitFor();
    await tabTo(page, /^Pay /);
    await keyboard.press('Space');
    await page.waitForURL(/\/orders\//);
    await page
      .getByText(/^Paid\. Being packed$|^On its way$|^Delivered$/)
      .first()
      .waitFor();
    expect(await heading(page).innerText()).toMatch(/^Order /);
    expect(await visitor.overflow()).toEqual([]);
    expect(await visitor.faults()).toEqual([]);
    await visitor.close();
  });

  it('a discount code that cannot be used is said under its field, and the basket is paid without it', async () => {
    const visitor = await visit(shop.browser, shop.url);
    const { page } = visitor;
    await openBoard(page);
    await goods(page).nth(2).getByRole('button').click();
    await page.getByRole('link', { name: 'Basket 1 thing' }).click();
    await page.getByRole('link', { name: 'Check out' }).click();
    await payButton(page).waitFor();
    const total = await payButton(page).innerText();
    await page.getByText('I have a discount code').click();
    const code = page.getByLabel('Discount code');
    await code.fill('nobody');
    await page.getByRole('button', { name: 'Use it' }).click();
    await page.getByText('This code cannot be used for this basket.').waitFor();
    expect(await code.getAttribute('aria-invalid')).toBe('true');
    expect(await visitor.axe()).toEqual([]);
    await fillAccount(page);
    await fillAddress(page);
    await fillCard(page);
    await payButton(page).waitFor();
    expect(await payButton(page).innerText()).toBe(total);
    await payButton(page).click();
    await page.waitForURL(/\/orders\//);
    expect(await visitor.faults()).toEqual([]);
    await visitor.close();
  });

  it('an order can be paid with another card after a decline', async () => {
    const visitor = await visit(shop.browser, shop.url);
    const { page } = visitor;
    await openBoard(page);
    await goods(page).nth(5).getByRole('button').click();
    await page.getByRole('link', { name: 'Basket 1 thing' }).click();
    await page.getByRole('link', { name: 'Check out' }).click();
    await fillAccount(page);
    await fillAddress(page);
    await fillCard(page, '4000000000000002');
    await payButton(page).click();
    await page.getByRole('button', { name: 'Try another card' }).click();
    expect(await activeElement(page)).toBe('H2: Try another card');
    expect(await visitor.axe()).toEqual([]);
    await fillCard(page);
    await payButton(page).click();
    await page
      .getByText(/^Paid\. Being packed$|^On its way$|^Delivered$/)
      .first()
      .waitFor();
    expect(await visitor.faults()).toEqual([]);
    await visitor.close();
  });
});
