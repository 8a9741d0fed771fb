import { cartApi } from '@bramble/contracts/cart';
import { catalogApi } from '@bramble/contracts/catalog';
import { openShop, type OpenShop } from './open-shop';
import {
  activeElement,
  basketLink,
  fillAccount,
  fillAddress,
  fillCard,
  goods,
  newAccount,
  openBoard,
  payButton,
} from './steps';
import { callAs, visit } from './visitor';

describe('the basket in a browser', () => {
  let shop: OpenShop;
  let seller: string;
  beforeAll(async () => {
    shop = await openShop();
    seller = await shop.client.signUp('seller');
  });
  afterAll(() => shop?.close());

  it('adding shows at once, and a refusal shows one message', async () => {
    const product = await shop.client.offer(seller, 1);
    const visitor = await visit(shop.browser, shop.url);
    const { page } = visitor;
    visitor.expectStatus(409);
    await page.route(/\/api\/cart\/items\?/, async (route) => {
      await new Promise((resolve) => setTimeout(resolve, 1_500));
      await route.continue();
    });
    await page.goto(`/products/${product.id}`);
    const add = page.getByRole('button', { name: 'Add to basket' });
    await add.click();
    await page.getByRole('link', { name: 'Basket 1 thing' }).waitFor({ timeout: 500 });
    await page.getByRole('button', { name: 'Added' }).waitFor({ timeout: 500 });
    await page.waitForResponse(/\/api\/cart\/items\?/);
    await page.getByRole('button', { name: 'Add to basket' }).click();
    await page.getByRole('link', { name: 'Basket 2 things' }).waitFor({ timeout: 500 });
    await page.getByText('Only 1 left.', { exact: true }).waitFor();
    await page.getByRole('link', { name: 'Basket 1 thing' }).waitFor();
    expect(await activeElement(page)).toMatch(/^BUTTON: (?:Add to basket|Added)$/);
    const said = (await visitor.said()).filter((text) => text.includes(product.title));
    expect(said.filter((text) => text.endsWith('Only 1 left.'))).toHaveLength(1);
    expect(await visitor.faults()).toEqual([]);
    await visitor.close();
  });

  it('basket, checkout and order show one total, that of the chosen country, which the shop remembers', async () => {
    const product = await shop.client.offer(seller, 5);
    const visitor = await visit(shop.browser, shop.url);
    const { page } = visitor;
    await page.goto(`/products/${product.id}`);
    await page.getByRole('button', { name: 'Add to basket' }).click();
    await page.getByRole('link', { name: 'Basket 1 thing' }).click();
    const total = page.locator('dl[aria-busy=false]').getByText('Total').locator('xpath=../dd');
    const inGermany = await total.innerText();
    const country = page.getByLabel('Delivery to');
    expect(await country.inputValue()).toBe('DE');
    await country.selectOption('CH');
    await total.and(page.locator(`:not(:text-is("${inGermany}"))`)).waitFor();
    const chosen = await total.innerText();
    expect(await visitor.axe()).toEqual([]);
    await page.reload();
    await total.waitFor();
    expect([await country.inputValue(), await total.innerText()]).toEqual(['CH', chosen]);
    await page.getByRole('link', { name: 'Check out' }).click();
    await payButton(page).waitFor();
    expect(await page.getByLabel('Country').inputValue()).toBe('CH');
    expect(await payButton(page).innerText()).toBe(`Pay ${chosen}`);
    await fillAccount(page);
    await fillAddress(page, 'CH');
    await fillCard(page);
    await payButton(page).click();
    await page.waitForURL(/\/orders\//);
    await total.waitFor();
    expect(await total.innerText()).toBe(chosen);
    expect(await visitor.faults()).toEqual([]);
    await visitor.close();
  });

  it('twenty presses on plus send few requests and end with the right quantity', async () => {
    const product = await shop.client.offer(seller, 500);
    const visitor = await visit(shop.browser, shop.url);
    const { page } = visitor;
    await page.goto(`/products/${product.id}`);
    await page.getByRole('button', { name: 'Add to basket' }).click();
    await page.getByRole('link', { name: 'Basket 1 thing' }).click();
    const total = page.locator('dl[aria-busy]');
    await page.locator('dl[aria-busy=false]').waitFor();
    let requests = 0;
    page.on('request', (sent) => {
      if (sent.method() !== 'GET' && sent.url().includes('/api/cart')) requests++;
    });
    const more = page.getByRole('button', { name: /^One more/ });
    // Within the page, so that a busy machine does not spread the presses over seconds; each is a task, as a finger's is.
    await more.evaluate(async (button: HTMLButtonElement) => {
      for (let press = 0; press < 20; press++) {
        button.click();
        await new Promise((resolve) => setTimeout(resolve));
      }
    });
    expect(await total.getAttribute('aria-busy')).toBe('true');
    expect(await page.getByRole('link', { name: 'Check out' }).count()).toBe(0);
    await page.locator('dl[aria-busy=false]').waitFor();
    expect(requests).toBeLessThanOrEqual(3);
    const { cart } = await callAs(page)(cartApi.getCart);
    expect(cart.items).toMatchObject([{ productId: product.id, quantity: 21 }]);
    await page.getByRole('link', { name: 'Basket 21 things' }).waitFor();
    const shown = (await total.innerText()).replace(/\D+/g, ' ');
    expect(shown).toContain((cart.totals.total.amount / 100).toFixed(2).replace('.', ' '));
    await visitor.close();
  });

  it('a product that is added offline is kept, shown as not sent, and sent once', async () => {
    const visitor = await visit(shop.browser, shop.url);
    const { page } = visitor;
    await openBoard(page);
    await page.waitForLoadState('networkidle');
    await page.context().setOffline(true);
    await goods(page).nth(0).getByRole('button').click();
    await goods(page).nth(1).getByRole('button').click();
    await page.getByText('You’re offline – 2 changes will be sent').waitFor();
    await page.getByRole('link', { name: 'Basket 2 things' }).waitFor();
    await page.context().setOffline(false);
    await page.getByText(/will be sent$/).waitFor({ state: 'detached' });
    await page.waitForFunction(() => localStorage.getItem('bramble.wishes') === null);
    const { cart } = await callAs(page)(cartApi.getCart);
    expect(cart.items.map(({ quantity }) => quantity)).toEqual([1, 1]);
    await visitor.close();
  });

  it('what was added offline survives leaving the page', async () => {
    const visitor = await visit(shop.browser, shop.url);
    const { page } = visitor;
    await openBoard(page);
    await page.waitForLoadState('networkidle');
    await page.context().setOffline(true);
    await goods(page).nth(2).getByRole('button').click();
    await page.getByText('You’re offline – 1 change will be sent').waitFor();
    await page.goto('about:blank');
    await page.context().setOffline(false);
    await openBoard(page);
    await page.getByRole('link', { name: 'Basket 1 thing' }).waitFor();
    await page.waitForFunction(() => localStorage.getItem('bramble.wishes') === null);
    const { cart } = await callAs(page)(cartApi.getCart);
    expect(cart.items.map(({ quantity }) => quantity)).toEqual([1]);
    await visitor.close();
  });

  it('a guest keeps the basket when signing in, and a second tab sees it', async () => {
    const account = newAccount();
    const [a, b] = await Promise.all([shop.client.offer(seller, 50), shop.client.offer(seller, 50)]);
    const token = await shop.client.signUp('customer', account);
    for (const { id } of [a, b]) {
      await shop.client.call(cartApi.addToCart, { token, body: { productId: id, quantity: 1 } });
    }
    const visitor = await visit(shop.browser, shop.url);
    const { page } = visitor;
    await page.goto(`/products/${a.id}`);
    await page.getByRole('button', { name: /^One more/ }).click();
    await page.getByRole('button', { name: 'Add to basket' }).click();
    await page.getByRole('link', { name: 'Basket 2 things' }).waitFor();
    await page.getByRole('link', { name: 'Sign in' }).click();
    await page.getByRole('heading', { level: 1, name: 'Sign in' }).waitFor();
    await page.getByLabel('E-mail').fill(account.email);
    await page.getByLabel('Password').fill(account.password);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('link', { name: 'Basket 4 things' }).waitFor();
    const tab = await page.context().newPage();
    await tab.goto('/');
    await tab.getByRole('link', { name: 'Basket 4 things' }).waitFor();
    await basketLink(page).click();
    await page.getByRole('button', { name: `Take ${b.title} out` }).click();
    await tab.getByRole('link', { name: 'Basket 3 things' }).waitFor();
    await visitor.close();
  });

  it('a checkout keeps everything when the shop fails, and a second try is the same order', async () => {
    const visitor = await visit(shop.browser, shop.url);
    const { page } = visitor;
    visitor.expectStatus(500);
    await openBoard(page);
    await goods(page).nth(6).getByRole('button').click();
    await page.getByRole('link', { name: 'Basket 1 thing' }).click();
    await page.getByRole('link', { name: 'Check out' }).click();
    await payButton(page).waitFor();

    expect(await page.locator('form input:visible').count()).toBeLessThanOrEqual(12);
    const tokens = await page
      .locator('form input:visible, form select')
      .evaluateAll((fields) => fields.map((field) => field.getAttribute('autocomplete')));
    expect(tokens).toEqual(
      expect.arrayContaining([
        'email',
        'new-password',
        'shipping name',
        'shipping address-line1',
        'shipping postal-code',
        'shipping country',
        'cc-number',
        'cc-exp',
        'cc-csc',
      ]),
    );

    await payButton(page).click();
    expect(
      await page.evaluate(() => (document.activeElement as HTMLInputElement).labels?.[0]?.innerText),
    ).toBe('E-mail');
    expect(await page.locator('[aria-invalid=true]').count()).toBeGreaterThan(5);
    await page.getByLabel('Town').fill('B');
    expect(await page.getByLabel('Town').getAttribute('aria-invalid')).toBeNull();

    await fillAccount(page);
    await fillAddress(page);
    await fillCard(page);
    expect(await page.getByLabel('Card number').inputValue()).toBe('4242 4242 4242 4242');
    const keys: string[] = [];
    await page.route('**/api/orders', async (route) => {
      if (route.request().method() !== 'POST') return route.continue();
      keys.push(route.request().headers()['idempotency-key'] ?? '');
      if (keys.length > 1) return route.continue();
      // The shop handles the request, and the browser does not get the answer.
      await route.fetch();
      await route.fulfill({ status: 500, body: '{}' });
    });
    await payButton(page).click();
    await page.getByText('The order was not placed').waitFor();
    expect(await page.getByLabel('Street and number').inputValue()).toBe('Bramble Lane 4');
    expect(await page.getByLabel('Card number').inputValue()).toBe('4242 4242 4242 4242');
    await payButton(page).click();
    await page.waitForURL(/\/orders\//);
    expect(new Set(keys).size).toBe(1);
    expect(keys).toHaveLength(2);
    await page.getByRole('link', { name: 'All my orders' }).click();
    await page.getByRole('heading', { level: 1, name: 'My orders' }).waitFor();
    await goods(page).first().waitFor();
    expect(await goods(page).count()).toBe(1);
    await visitor.close();
  });

  it('a price that changed on the way stops the payment and is shown', async () => {
    const product = await shop.client.offer(seller, 5);
    const visitor = await visit(shop.browser, shop.url);
    const { page } = visitor;
    visitor.expectStatus(409);
    await page.goto(`/products/${product.id}`);
    await page.getByRole('button', { name: 'Add to basket' }).click();
    await page.getByRole('link', { name: 'Basket 1 thing' }).click();
    await page.getByRole('link', { name: 'Check out' }).click();
    await fillAccount(page);
    await fillAddress(page);
    await fillCard(page);
    await page.getByRole('button', { name: 'Pay €11.40' }).or(payButton(page)).first().waitFor();
    await shop.client.call(catalogApi.patch, {
      token: seller,
      params: { id: product.id },
      body: { price: { amount: 720, currency: 'EUR' } },
      ifMatch: product.version,
    });
    await payButton(page).click();
    await page
      .locator('form')
      .getByText(/^The total was .* and is now /)
      .waitFor();
    expect(page.url()).toMatch(/checkout$/);
    await payButton(page).click();
    await page.waitForURL(/\/orders\//);
    await visitor.close();
  });
});
