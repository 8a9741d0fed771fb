import { createHash } from 'node:crypto';
import { testEnv } from '@bramble/test-kit/env';
import { startService } from '@bramble/test-kit/start-service';
import { testStores } from '@bramble/test-kit/stores';
import { waitFor } from '@bramble/test-kit/wait-for';
import { buildOrders } from '../src/app';
import { loadOrdersConfig } from '../src/config';
import { openShop, type Shop } from './shop';

let shop: Shop;
beforeAll(async () => {
  shop = await openShop({ demo: true });
  await waitFor(async () => (await count('orders')) > 0, { what: 'the past orders', timeout: 20_000 });
});
afterAll(() => shop.close());

const count = async (table: string): Promise<number> =>
  (await shop.sql.query<{ count: number }>(`SELECT count(*)::int FROM ${table}`)).rows[0]!.count;

/** All that is the same in every installation: no number, no id of a payment, times by their distance only. */
const FIXED = `
SELECT o.id, user_id, status, failure_reason, version, currency, subtotal, discount, tax, shipping, total, refunded,
  shipping_address, attempt, capture, captured, restock, obligations, correlation_id,
  extract(epoch FROM max(o.created_at) OVER () - o.created_at)::float8 AS age,
  extract(epoch FROM paid_at - o.created_at)::float8 AS paid,
  (SELECT json_agg(l.* ORDER BY l.line_no) FROM order_lines l WHERE l.order_id = o.id) AS lines,
  (SELECT json_agg(json_build_array(e.version, e.type, e.status, e.label, e.detail, extract(epoch FROM e.at - o.created_at)::float8) ORDER BY e.version)
    FROM order_events e WHERE e.order_id = o.id) AS events,
  (SELECT json_agg(json_build_array(s.product_id, s.quantity, s.revenue) ORDER BY s.line_no) FROM sales s WHERE s.order_id = o.id) AS sales
FROM orders o ORDER BY o.id`;

describe("the demo buyer's past orders", () => {
  it('are the same in every installation', async () => {
    const { rows } = await shop.sql.query(FIXED);
    expect(rows).toHaveLength(12);
    expect(createHash('sha256').update(JSON.stringify(rows)).digest('hex')).toBe(
      '739478f5548abed8a89342bc56d85e4367fd9ee1bea53e83a13d982df0a8d844',
    );
  });

  it('publish no event', async () => {
    expect(await shop.redis.xlen('orders_stream')).toBe(0);
    expect(await count('outbox')).toBe(0);
  });

  it('come back when they are missing, and leave those that are there alone', async () => {
    const read = async () =>
      (await shop.sql.query<{ id: string; number: string }>('SELECT id, number FROM orders ORDER BY id'))
        .rows;
    const [first, ...others] = await read();
    await shop.sql.query('DELETE FROM sales WHERE order_id = $1', [first!.id]);
    await shop.sql.query('DELETE FROM orders WHERE id = $1', [first!.id]);
    await shop.restart();
    await waitFor(async () => (await count('orders')) === 12, { what: 'the first past order' });
    expect((await read()).slice(1)).toEqual(others);
  });
});

describe('seeding before the neighbours answer', () => {
  it('tries again, and opens no breaker that would refuse the first shoppers', async () => {
    const stores = await testStores('orders');
    const orders = await startService(
      buildOrders(
        loadOrdersConfig(
          testEnv({
            ORDERS_DATABASE_URL: stores.postgresUrl,
            REDIS_EVENTS_URL: stores.redisUrl,
            PAYMENTS_URL: 'http://127.0.0.1:9',
            DEMO: 'true',
          }),
        ),
      ),
    );
    const metric = async (pattern: RegExp) => {
      const text = await (await fetch(`${orders.opsUrl}/metrics`)).text();
      return Number(pattern.exec(text)?.[1] ?? 0);
    };
    try {
      // Three tries, each with one repetition.
      await waitFor(
        () => metric(/^http_client_request_duration_seconds_count\{[^}]*payments[^}]*\} (\d+)/m),
        {
          until: (count) => count >= 5,
          what: 'the third try',
          timeout: 25_000,
        },
      );
      expect(
        await metric(/^bramble_breaker_transitions_total\{[^}]*payments[^}]*to="open"[^}]*\} (\d+)/m),
      ).toBe(0);
    } finally {
      await orders.stop();
      await stores.close();
    }
  }, 40_000);
});
