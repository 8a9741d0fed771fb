import { readFileSync } from 'node:fs';
import { demoArt, demoProductId, demoUsers } from '@bramble/contracts/demo';
import { productBody } from '@bramble/contracts/catalog';
import { demoProducts } from './seed';

const products = demoProducts('EUR');

describe('the demo catalogue', () => {
  it('holds 200 different products under their fixed ids', () => {
    expect(products).toHaveLength(200);
    expect(new Set(products.map(({ title }) => title)).size).toBe(200);
    expect(products.map(({ _id }) => _id)).toEqual(products.map((_, index) => demoProductId(index + 1)));
    expect(products.every(({ sellerId }) => sellerId === demoUsers.seller.id)).toBe(true);
  });

  it('holds what a seller could have written', () => {
    for (const { title, description, category, price, stock } of products) {
      productBody.parse({ title, description, category, price, stock: { available: stock.available } });
      expect(description.split(/[.!?](?:\s|$)/).filter(Boolean).length).toBeGreaterThanOrEqual(2);
      expect(stock.available).toBeGreaterThanOrEqual(5);
      expect(stock.available).toBeLessThanOrEqual(120);
    }
  });

  it('shows small flat pictures that exist, and names no other', () => {
    const file = require.resolve('@iconify-json/fluent-emoji-flat/icons.json');
    const { icons } = JSON.parse(readFileSync(file, 'utf8')) as { icons: Record<string, { body: string }> };
    const used = new Set(products.flatMap(({ pictures }) => pictures.map(({ id }) => id)));
    expect([...used].sort()).toEqual([...demoArt].sort());
    for (const name of used) {
      const body = icons[name]?.body ?? '';
      expect([name, body.length > 0, body.length <= 6_144, body.includes('<filter')]).toEqual([
        name,
        true,
        true,
        false,
      ]);
    }
  });
});
