import { openShop, type OpenShop } from './open-shop';
import { visit } from './visitor';

describe('the contract as a page', () => {
  let shop: OpenShop;
  beforeAll(async () => {
    shop = await openShop();
  });
  afterAll(() => shop?.close());

  it('lists every operation, and tries one against the shop', async () => {
    const visitor = await visit(shop.browser, shop.url);
    const { page } = visitor;
    const { paths } = (await (await fetch(`${shop.url}/api/openapi.json`)).json()) as {
      paths: Record<string, object>;
    };
    const operations = Object.values(paths).flatMap((path) => Object.keys(path)).length;
    await page.goto('/api/docs');
    await page.locator('.opblock-tag').first().waitFor();
    const tags = page.locator('.opblock-tag-section:not(.is-open) .opblock-tag');
    while ((await tags.count()) > 0) await tags.first().click();
    expect(await page.locator('.opblock').count()).toBe(operations);

    const health = page.locator('#operations-shop-getHealth');
    await health.locator('.opblock-summary-control').click();
    await health.getByRole('button', { name: 'Try it out' }).click();
    await health.getByRole('button', { name: 'Execute' }).click();
    await health.locator('.live-responses-table').getByText('"status": "ok"').waitFor();
    // Swagger's own page moves while it folds and unfolds.
    expect((await visitor.faults()).filter((fault) => !/^layout shifted/.test(fault))).toEqual([]);
    await visitor.close();
  });
});
