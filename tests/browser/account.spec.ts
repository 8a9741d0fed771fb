import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { gatewayApi } from '@bramble/contracts/gateway';
import { openShop, type OpenShop } from './open-shop';
import { newAccount, tabTo } from './steps';
import { callAs, visit, type Visitor } from './visitor';

describe('one’s data in a browser', () => {
  let shop: OpenShop;
  let visitor: Visitor;
  beforeAll(async () => {
    shop = await openShop();
  });
  beforeEach(async () => {
    visitor = await visit(shop.browser, shop.url);
  });
  afterEach(() => visitor.close());
  afterAll(() => shop?.close());

  it('is downloaded after the password, by keyboard alone', async () => {
    const { page } = visitor;
    const { email, password } = await signUp(page);
    await tabTo(page, /^Download my data$/);
    await page.keyboard.press('Enter');
    await page.getByRole('dialog', { name: 'Download your data' }).waitFor();
    expect(await visitor.axe()).toEqual([]);
    visitor.expectStatus(403);
    await tabTo(page, /^Password$/);
    await page.keyboard.type('not my password');
    await page.keyboard.press('Enter');
    const field = page.getByRole('dialog').getByLabel('Password');
    await page.getByText('This is not your password.').waitFor();
    expect(await field.getAttribute('aria-invalid')).toBe('true');
    expect(await visitor.axe()).toEqual([]);
    await field.fill(password);
    const [download] = await Promise.all([page.waitForEvent('download'), page.keyboard.press('Enter')]);
    expect(download.suggestedFilename()).toBe('my-data.json');
    const data = JSON.parse(await readFile(await download.path(), 'utf8')) as Record<string, unknown>;
    expect(data).toMatchObject({
      account: { email },
      orders: [],
      payments: [],
      deliveries: [],
      products: [],
    });
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    await visitor.waitForSaid('Your data was downloaded');
    expect(await focusedText(page)).toBe('Download my data');
    expect(await visitor.faults()).toEqual([]);
  });

  it('is erased after the password, which is said to be for good and what is kept', async () => {
    const { page } = visitor;
    const { email, password } = await signUp(page);
    await page.getByText(/The shop keeps what you ordered and paid, without your name/).waitFor();
    await page.getByRole('button', { name: 'Erase my account' }).click();
    const dialog = page.getByRole('dialog', { name: 'Erase your account?' });
    await dialog.waitFor();
    expect(await visitor.axe()).toEqual([]);
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'hidden' });
    expect(await focusedText(page)).toBe('Erase my account');
    await page.keyboard.press('Enter');
    await dialog.getByLabel('Password').fill(password);
    await dialog.getByRole('button', { name: 'Erase for good' }).click();
    await page.getByText('Sign in to see this page.').waitFor();
    await visitor.waitForSaid('Your account is erased');
    visitor.expectStatus(401);
    await expect(callAs(page)(gatewayApi.dashboard)).rejects.toMatchObject({ status: 401 });
    await page.goto('/sign-in');
    await page.getByLabel('E-mail').fill(email);
    await page.getByLabel('Password').fill(password);
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await page.getByText('That e-mail and password do not belong together.').waitFor();
  });
});

/** Opens an account and goes to its page. */
async function signUp(page: Page): Promise<{ email: string; password: string }> {
  const account = newAccount();
  await page.goto('/sign-up?next=%2Faccount');
  await page.getByLabel('Name').fill('Robin Hedge');
  await page.getByLabel('E-mail').fill(account.email);
  await page.getByLabel('Password').fill(account.password);
  await page.getByRole('button', { name: 'Open the account' }).click();
  await page.getByRole('heading', { level: 2, name: 'Your data' }).waitFor();
  return account;
}

const focusedText = (page: Page): Promise<string> =>
  page.evaluate(() => document.activeElement?.textContent?.trim() ?? '');
