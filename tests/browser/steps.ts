import { randomUUID } from 'node:crypto';
import type { Page } from 'playwright-core';

/** What people do in the shop, said once. Everything is found by role and name, as people and screen readers find it. */
export const basketLink = (page: Page) => page.getByRole('link', { name: /^Basket/ });
export const payButton = (page: Page) => page.getByRole('button', { name: /^Pay \D*\d/ });
export const goods = (page: Page) => page.locator('main ul > li:has(h2)');

export async function openBoard(page: Page): Promise<void> {
  await page.goto('/');
  await goods(page).first().waitFor();
}

export async function fillAddress(page: Page, country = 'DE'): Promise<void> {
  await page.getByLabel('Full name').fill('Robin Hedge');
  await page.getByLabel('Street and number').fill('Bramble Lane 4');
  await page.getByLabel('Postcode').fill('10115');
  await page.getByLabel('Town').fill('Berlin');
  await page.getByLabel('Country').selectOption(country);
}

export async function fillCard(page: Page, number = '4242424242424242'): Promise<void> {
  await page.getByLabel('Card number').pressSequentially(number);
  await page.getByLabel('Expires').pressSequentially('1239');
  await page.getByLabel('Security code').fill('123');
}

export const newAccount = () => ({
  email: `robin.${randomUUID().slice(0, 8)}@example.org`,
  password: 'a hedge of thorns',
});

export async function fillAccount(page: Page, account = newAccount()): Promise<void> {
  await page.getByLabel('E-mail').fill(account.email);
  await page.getByLabel('Password').fill(account.password);
}

export const heading = (page: Page) => page.getByRole('heading', { level: 1 });
export const activeElement = (page: Page): Promise<string> =>
  page.evaluate(() => `${document.activeElement?.tagName}: ${document.activeElement?.textContent?.trim()}`);

/** Presses Tab until the focus is on what has this name, and checks on the way that focus is always in sight. */
export async function tabTo(page: Page, name: RegExp, key = 'Tab'): Promise<void> {
  for (let presses = 0; presses < 80; presses++) {
    await page.keyboard.press(key);
    const focused = await page.evaluate(() => {
      const element = document.activeElement as HTMLElement | null;
      if (!element) return undefined;
      const box = element.getBoundingClientRect();
      const top = document.elementFromPoint(
        box.x + box.width / 2,
        Math.min(innerHeight - 1, box.y + box.height / 2),
      );
      const label = (element as HTMLInputElement).labels?.[0]?.innerText;
      return {
        name: (element.getAttribute('aria-label') ?? label ?? element.innerText ?? '').trim(),
        hidden: box.width > 1 && top !== null && !element.contains(top) && !top.contains(element),
      };
    });
    if (!focused) continue;
    expect(focused).toMatchObject({ hidden: false });
    if (name.test(focused.name)) return;
  }
  throw new Error(`Tab never reached ${name}`);
}
