import pg from 'pg';
import { testStores } from '@bramble/test-kit/stores';
import { highestRecorded } from '../src/events/outbox/postgres-outbox-store';

describe.each(['orders', 'payments'])('the outbox of %s', (service) => {
  it('finds the highest entry of each stream by an index, however many rows it has', async () => {
    const stores = await testStores(service);
    const sql = new pg.Client({ connectionString: stores.postgresUrl });
    try {
      await sql.connect();
      expect((await sql.query(highestRecorded)).rows).toEqual([]);
      await sql.query(
        `INSERT INTO outbox (id, stream, key, type, occurred_at, correlation_id, payload, stream_id, sent_at)
         SELECT gen_random_uuid(), stream, 'k', 'order.paid', now(), 'c', '{}', (1000 + g)::text || '-' || g % 12, now()
         FROM generate_series(1, 20000) g, unnest(ARRAY['orders_stream', 'payments_stream']) stream
         WHERE stream = 'orders_stream' OR g <= 999`,
      );
      await sql.query('ANALYZE outbox');
      expect((await sql.query(highestRecorded)).rows).toEqual([
        { stream: 'orders_stream', streamId: '21000-8' },
        { stream: 'payments_stream', streamId: '1999-3' },
      ]);
      const { rows } = await sql.query<{ 'QUERY PLAN': string }>(`EXPLAIN ${highestRecorded}`);
      const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
      expect(plan).not.toContain('Seq Scan on outbox');
      expect(plan).not.toContain('Sort');
    } finally {
      await sql.end();
      await stores.close();
    }
  });
});
