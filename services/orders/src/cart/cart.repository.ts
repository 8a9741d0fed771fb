import { MAX_QUANTITY } from '@bramble/contracts/limits';
import type { Item } from '@bramble/contracts/orders';
import { type OldRows, purge } from '@bramble/service-kit/stores/purge';
import type { Sql } from '@bramble/service-kit/stores/sql';
import { CART_DAYS } from './cart.owner';

interface Row {
  product_id: string;
  quantity: number;
}

export const oldCarts: OldRows = { table: 'carts', by: 'updated_at', age: `${CART_DAYS} days` };

/**
 * Deletes the items of cart $1 that `where` selects. They are locked in the order in which orders lock them
 * (place-order.repository.ts), since two statements that lock them in different orders could wait for each other.
 */
const deleteItems = (where = 'true') => `
  WITH locked AS MATERIALIZED (
    SELECT owner, product_id FROM cart_items WHERE owner = $1 AND ${where} ORDER BY owner, product_id FOR UPDATE)
  DELETE FROM cart_items i USING locked WHERE i.owner = locked.owner AND i.product_id = locked.product_id`;

export function createCartRepository(sql: Sql) {
  async function items(owner: string): Promise<Item[]> {
    const { rows } = await sql.query<Row>({
      name: 'cart-items',
      text: 'SELECT product_id, quantity FROM cart_items WHERE owner = $1 ORDER BY added_at, product_id',
      values: [owner],
    });
    return rows.map((row) => ({ productId: row.product_id, quantity: row.quantity }));
  }

  /**
   * Adds to the stored quantity in one statement, so that concurrent additions are all counted. Answers the new
   * quantity.
   */
  async function add(owner: string, { productId, quantity }: Item): Promise<number> {
    const { rows } = await sql.query<{ quantity: number }>({
      name: 'cart-add',
      text: `WITH cart AS (
          INSERT INTO carts (owner) VALUES ($1) ON CONFLICT (owner) DO UPDATE SET updated_at = now() RETURNING owner)
        INSERT INTO cart_items AS i (owner, product_id, quantity) SELECT owner, $2, $3 FROM cart
        ON CONFLICT (owner, product_id) DO UPDATE SET quantity = least(i.quantity + EXCLUDED.quantity, ${MAX_QUANTITY})
        RETURNING quantity`,
      values: [owner, productId, quantity],
    });
    return rows[0]?.quantity ?? quantity;
  }

  /** Sets a quantity. False when the product is not in the cart. */
  async function set(owner: string, { productId, quantity }: Item): Promise<boolean> {
    const { rowCount } = await sql.query({
      name: 'cart-set',
      text: 'UPDATE cart_items SET quantity = $3 WHERE owner = $1 AND product_id = $2',
      values: [owner, productId, quantity],
    });
    return rowCount === 1;
  }

  async function remove(owner: string, productIds: readonly string[]): Promise<void> {
    await sql.query({
      name: 'cart-remove',
      text: deleteItems('product_id = ANY($2::uuid[])'),
      values: [owner, productIds],
    });
  }

  async function clear(owner: string): Promise<void> {
    await sql.query({
      name: 'cart-clear',
      text: deleteItems(),
      values: [owner],
    });
  }

  /** Moves a guest's items into a user's cart and sums the quantities. True when the guest's cart had items. */
  async function merge(guest: string, user: string): Promise<boolean> {
    return sql.transaction(async (tx) => {
      const { rows } = await tx.query<Row>({
        name: 'cart-merge-take',
        text: `${deleteItems()} RETURNING i.product_id, i.quantity`,
        values: [guest],
      });
      await tx.query({
        name: 'cart-merge-drop',
        text: 'DELETE FROM carts WHERE owner = $1',
        values: [guest],
      });
      if (rows.length === 0) return false;
      await tx.query({
        name: 'cart-merge-give',
        text: `WITH cart AS (
            INSERT INTO carts (owner) VALUES ($1) ON CONFLICT (owner) DO UPDATE SET updated_at = now() RETURNING owner)
          INSERT INTO cart_items AS i (owner, product_id, quantity)
          SELECT cart.owner, g.product_id, g.quantity FROM cart, unnest($2::uuid[], $3::int[]) AS g(product_id, quantity)
          ORDER BY g.product_id
          ON CONFLICT (owner, product_id) DO UPDATE SET quantity = least(i.quantity + EXCLUDED.quantity, ${MAX_QUANTITY})`,
        values: [user, rows.map((row) => row.product_id), rows.map((row) => row.quantity)],
      });
      return true;
    });
  }

  /** Deletes carts without a change for as long as a guest's cookie lives. */
  const deleteOld = (signal?: AbortSignal) => purge(sql, oldCarts, signal);

  return { items, add, set, remove, clear, merge, deleteOld };
}
export type CartRepository = ReturnType<typeof createCartRepository>;
