import pg from 'pg';
import { testStores, type TestStores } from '@bramble/test-kit/stores';
import { listStatement, type OrderFilter } from '../src/store/order-list.repository';

const LIMIT = 21;
const id = (n: number) => `00000000-0000-0000-0000-${n.toString(16).padStart(12, '0')}`;
const user = '00000000-0000-4000-8000-000000000007';

interface Plan {
  'Node Type': string;
  'Relation Name'?: string;
  'Index Name'?: string;
  'Actual Rows': number;
  'Rows Removed by Filter'?: number;
  Plans?: Plan[];
}
const nodesOf = (plan: Plan): Plan[] => [plan, ...(plan.Plans ?? []).flatMap(nodesOf)];

describe('the lists of orders', () => {
  let stores: TestStores;
  let client: pg.Client;

  beforeAll(async () => {
    stores = await testStores('orders');
    client = new pg.Client({ connectionString: stores.postgresUrl });
    await client.connect();
    await client.query(`
      INSERT INTO orders (id, number, user_id, status, version, currency, subtotal, discount, tax, shipping, total,
        shipping_address, expires_at, correlation_id, created_at)
      SELECT lpad(to_hex(n), 32, '0')::uuid, 'BR-' || translate(lpad(to_hex(n * 7919), 8, '0'), '01', 'XY'),
        ('00000000-0000-4000-8000-' || lpad((n % 100)::text, 12, '0'))::uuid,
        CASE WHEN n <= 30 THEN 'PENDING' ELSE (ARRAY['PAID', 'SHIPPED', 'COMPLETED', 'FAILED'])[n % 4 + 1] END, 1, 'EUR', 100, 0, 0, 0, 100, '{}', now(), 'test', now()
      FROM generate_series(1, 20000) n`);
    await client.query('ANALYZE orders');
    await client.query('SET plan_cache_mode = force_generic_plan');
  });
  afterAll(async () => {
    await client.end();
    await stores.close();
  });

  /**
   * How the list finds its orders: by which index, and how many it reads. A statement that is prepared is planned without
   * its values sooner or later, so that plan is the one to look at.
   */
  const scanOf = async (filter: OrderFilter) => {
    const { name, text, values = [] } = listStatement(filter, LIMIT);
    const literals = values.map((value) => client.escapeLiteral(String(value))).join(', ');
    if (name) await client.query(`PREPARE "${name}" AS ${text}`);
    const { rows } = await client.query<{ 'QUERY PLAN': [{ Plan: Plan }] }>(
      name
        ? { text: `EXPLAIN (ANALYZE, FORMAT JSON) EXECUTE "${name}" (${literals})` }
        : { text: `EXPLAIN (ANALYZE, FORMAT JSON) ${text}`, values },
    );
    const nodes = nodesOf(rows[0]!['QUERY PLAN'][0].Plan);
    const scan = nodes.find((node) => node['Relation Name'] === 'orders')!;
    const index = nodes.find((node) => node['Index Name']?.startsWith('orders_'));
    return {
      index: index?.['Index Name'],
      read: scan['Actual Rows'] + (scan['Rows Removed by Filter'] ?? 0),
    };
  };

  it.each<[string, OrderFilter, string, number]>([
    ['of everybody', {}, 'orders_pkey', LIMIT],
    ['of a person', { userId: user }, 'orders_of_user', LIMIT],
    ['of a person in a status', { userId: user, status: 'FAILED' }, 'orders_of_user', 200],
    ['in a status that is rare', { status: 'PENDING' }, 'orders_by_status', 30],
    ['with a number that begins so', { number: 'xxyx' }, 'orders_number', 40],
    ['in a status and with such a number', { number: 'br-xxyx', status: 'PAID' }, 'orders_number', 40],
  ])('reads a page of orders %s by an index', async (_name, filter, index, rows) => {
    const scan = await scanOf({ ...filter, before: id(15_000) });
    expect(scan.index).toBe(index);
    expect(scan.read).toBeGreaterThan(0);
    expect(scan.read).toBeLessThanOrEqual(rows);
  });
});
