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

export async function fillAddress(page: Page): Promise<void> {
  await page.getByLabel('Full name').fill('Robin Hedge');
  await page.getByLabel('Street and number').fill('Bramble Lane 4');
  await page.getByLabel('Postcode').fill('10115');
  await page.getByLabel('Town').fill('Berlin');
  await page.getByLabel('Country').selectOption('DE');
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
