import { readFileSync } from 'node:fs';
import { productBody } from '@bramble/contracts/catalog';
import { demoArt } from './art';
import { demoProducts } from './catalog.seeder';
import { demoProductId } from './goods';
import { demoPeople } from './people';

const products = demoProducts('EUR');

describe('the demo catalogue', () => {
  it('holds 200 different products under their fixed ids', () => {
    expect(products).toHaveLength(200);
    expect(new Set(products.map(({ title }) => title)).size).toBe(200);
    expect(products.map(({ id }) => id)).toEqual(products.map((_, index) => demoProductId(index + 1)));
    expect(products.every(({ sellerId }) => sellerId === demoPeople.seller.id)).toBe(true);
  });

  it('holds products that pass the schema for sellers', () => {
    for (const { title, description, category, price, stock } of products) {
      productBody.parse({ title, description, category, price, stock });
      expect(description.split(/[.!?](?:\s|$)/).filter(Boolean).length).toBeGreaterThanOrEqual(2);
      expect(stock.available).toBeGreaterThanOrEqual(5);
      expect(stock.available).toBeLessThanOrEqual(120);
    }
  });

  it('has a small picture for each product', () => {
    const file = require.resolve('@iconify-json/fluent-emoji-flat/icons.json');
    const { icons } = JSON.parse(readFileSync(file, 'utf8')) as { icons: Record<string, { body: string }> };
    for (const name of demoArt) {
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
