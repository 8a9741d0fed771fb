import { openShop, type OpenShop } from './open-shop';
import { activeElement, goods, heading, openBoard } from './steps';
import { visit, type Visitor } from './visitor';

describe('the board in a browser', () => {
  let shop: OpenShop;
  let visitor: Visitor;
  beforeAll(async () => {
    shop = await openShop();
  });
  beforeEach(async () => {
    visitor = await visit(shop.browser, shop.url);
    await openBoard(visitor.page);
  });
  afterEach(() => visitor.close());
  afterAll(() => shop?.close());

  it('going to a product is a change of page for everybody', async () => {
    const { page } = visitor;
    expect(await activeElement(page)).toMatch(/^BODY/);
    const link = goods(page).nth(9).getByRole('link');
    const title = await link.innerText();
    await link.click();
    await page.getByRole('heading', { level: 1, name: title }).waitFor();
    expect(await page.title()).toBe(`${title} – Bramble`);
    expect(await activeElement(page)).toBe(`H1: ${title}`);
    expect(await page.evaluate(() => scrollY)).toBeLessThan(5);
    await visitor.waitForSaid(title);
    expect(await visitor.faults()).toEqual([]);
  });

  it('Back gives the same place without asking the shop again', async () => {
    const { page } = visitor;
    await page.getByRole('button', { name: 'In stock' }).click();
    await page.getByLabel('Sort by').selectOption('price');
    await page.getByRole('button', { name: 'Show more' }).click();
    await goods(page).nth(30).waitFor();
    const card = goods(page).nth(28).getByRole('link');
    await card.scrollIntoViewIfNeeded();
    const before = { url: page.url(), y: await page.evaluate(() => scrollY), title: await card.innerText() };
    let lists = 0;
    page.on('request', (request) => {
      if (/\/api\/products\?/.test(request.url())) lists++;
    });
    await card.click();
    await heading(page).filter({ hasText: before.title }).waitFor();
    await page.goBack();
    await goods(page).nth(30).waitFor();
    await page.waitForFunction((y) => Math.abs(scrollY - y) < 50, before.y);
    expect(page.url()).toBe(before.url);
    expect(await page.getByRole('button', { name: 'In stock' }).getAttribute('aria-pressed')).toBe('true');
    expect(lists).toBe(0);

    const other = await visit(shop.browser, shop.url);
    await other.page.goto(before.url);
    await goods(other.page).nth(28).getByRole('link', { name: before.title }).waitFor();
    await other.close();
  });

  it('a filter shows how many products match, and an empty board offers to clear it', async () => {
    const { page } = visitor;
    await page.getByRole('link', { name: /^Bakery/ }).click();
    await page.getByRole('heading', { level: 1, name: 'Bakery' }).waitFor();
    await page.getByLabel('Price').selectOption('0-5');
    await visitor.waitForSaid(/^\d+ goods$/);
    expect(page.url()).toMatch(/category=bakery/);
    expect(page.url()).toMatch(/price=0-5/);
    await page.goto('/?q=qqxyzzyq');
    await page.getByRole('heading', { name: /^Nothing called/ }).waitFor();
    await page.getByRole('button', { name: 'Show everything' }).click();
    await goods(page).first().waitFor();
    expect(new URL(page.url()).search).toBe('');
    expect(await visitor.faults()).toEqual([]);
  });

  it('an address with invalid filters shows the whole board', async () => {
    const { page } = visitor;
    await page.goto('/?page=0&sort=x&price=%00&category=../../etc&inStock=maybe');
    await page.getByRole('heading', { level: 1, name: 'Fresh on the board' }).waitFor();
    await goods(page).nth(20).waitFor();
    expect(await visitor.faults()).toEqual([]);
  });

  it('search is a combobox that never shows an older answer', async () => {
    const { page } = visitor;
    const asked: string[] = [];
    await page.route(/\/api\/products\?q=/, async (route) => {
      const q = new URL(route.request().url()).searchParams.get('q') ?? '';
      asked.push(q);
      if (q === 'rasp') await new Promise((resolve) => setTimeout(resolve, 800));
      await route.continue().catch(() => undefined);
    });
    const box = page.getByRole('combobox', { name: 'Search the board' });
    await box.pressSequentially('rasp', { delay: 20 });
    await page.waitForTimeout(350);
    await box.pressSequentially('berry', { delay: 20 });
    const options = page.locator('[role=option]');
    await options.first().waitFor();
    expect(asked).toEqual(['rasp', 'raspberry']);
    await box.press('ArrowDown');
    expect(await box.getAttribute('aria-activedescendant')).toBe(await options.first().getAttribute('id'));
    await box.press('Escape');
    await options.first().waitFor({ state: 'hidden' });
    expect(await box.inputValue()).toBe('raspberry');
    await page.waitForTimeout(800);
    expect(await options.count()).toBe(0);
    await visitor.waitForSaid(/suggestions$/);
    await box.press('ArrowDown');
    await box.fill('raspberry ');
    await options.first().waitFor();
    await box.press('ArrowDown');
    const name = await options.first().locator('span.truncate').innerText();
    await box.press('Enter');
    await page.getByRole('heading', { level: 1, name }).waitFor();
  });
});
