import pg from 'pg';
import { testStores, type TestStores } from '@bramble/test-kit/stores';
import { orderEvents, orderLines, orders, refunds } from '../src/store/order.table';

/** The database's name of a type, where it is not ours. */
const aliases: Readonly<Record<string, string>> = {
  integer: 'int',
  'timestamp with time zone': 'timestamptz',
  'character(3)': 'text',
};

describe('the tables of an order', () => {
  let stores: TestStores;
  let client: pg.Client;

  beforeAll(async () => {
    stores = await testStores('orders');
    client = new pg.Client({ connectionString: stores.postgresUrl });
    await client.connect();
  });
  afterAll(async () => {
    await client.end();
    await stores.close();
  });

  it.each([
    ['orders', orders],
    ['order_lines', orderLines],
    ['order_events', orderEvents],
    ['refunds', refunds],
  ])('name every column of %s, with its type', async (name, { columns }) => {
    const { rows } = await client.query<{ name: string; type: string; nullable: boolean }>(
      `SELECT attname AS name, format_type(atttypid, atttypmod) AS type, NOT attnotnull AS nullable FROM pg_attribute
       WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attname`,
      [name],
    );
    const known = [...columns].sort((a, b) => (a.name < b.name ? -1 : 1));
    expect(known).toEqual(rows.map((row) => ({ ...row, type: aliases[row.type] ?? row.type })));
  });
});
