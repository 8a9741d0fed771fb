import { userWith } from '@bramble/test-kit/agent';
import { waitFor } from '@bramble/test-kit/wait-for';
import { openShop, type Shop } from './shop';

describe('the reconciler', () => {
  let shop: Shop;
  const buyer = userWith('customer');

  beforeAll(async () => {
    shop = await openShop();
  });
  afterAll(() => shop.close());

  it('repairs the other orders when the store refuses to save one of them', async () => {
    const product = await shop.product();
    const broken = await shop.place(buyer, product);
    const others = [await shop.place(buyer, product), await shop.place(buyer, product)];
    await shop.sql.query(
      `CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
         IF NEW.id = '${broken.id}' AND NEW.status = 'FAILED' THEN
           RAISE EXCEPTION 'out of bounds' USING ERRCODE = 'check_violation';
         END IF; RETURN NEW; END $$;
       CREATE TRIGGER refuse BEFORE UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION refuse()`,
    );
    // Every one of its resends, and then the end, in one and the same batch.
    await shop.sql.query(
      `UPDATE orders SET obligations = (SELECT jsonb_agg(o || '{"resent": 3}') FROM jsonb_array_elements(obligations) o)`,
    );
    for (const { id } of [broken, ...others]) await shop.age(id, 200);
    for (const { id } of others) await shop.until(buyer, id, ({ status }) => status === 'FAILED');
    expect((await shop.order(buyer, broken.id)).status).toBe('PENDING');
  });

  it('does not give an order up whose events could not be published', async () => {
    const product = await shop.product();
    await shop.restart({ REDIS_EVENTS_URL: 'redis://127.0.0.1:9' });
    const { id } = await shop.place(buyer, product);
    const unsent = async () =>
      (await shop.sql.query('SELECT 1 FROM outbox WHERE key = $1 AND sent_at IS NULL', [id])).rowCount;
    const isLater = 'SELECT 1 FROM orders WHERE id = $1 AND due_at > now()';
    for (let round = 0; round < 6; round++) {
      await shop.age(id, 31);
      await waitFor(
        async () =>
          (await shop.sql.query(isLater, [id])).rowCount ||
          (await shop.order(buyer, id)).status !== 'PENDING',
        { what: 'the reconciler' },
      );
    }
    expect((await shop.order(buyer, id)).status).toBe('PENDING');
    expect(await unsent()).toBe(1);

    await shop.restart();
    await shop.untilPublished(id, 'order.placed');
    await waitFor(async () => (await unsent()) === 0);
    await shop.age(id, 31);
    await shop.untilPublished(id, 'order.placed', 2);
    await shop.reserve(id);
    await shop.until(buyer, id, ({ status }) => status === 'RESERVED');
  });
});
