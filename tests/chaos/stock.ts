import type { StoreClients } from '../helpers/store-clients';
import type { Finding } from './finding';
import type { Ledger } from './ledger';
import { paidStatuses } from './order-rows';

export interface ProductDoc {
  _id: string;
  stock: {
    initial: number;
    refilled: number;
    removed: number;
    available: number;
    reserved: number;
    sold: number;
  };
}
export interface ReservationDoc {
  _id: string;
  state: string;
  lines: { productId: string; quantity: number }[];
}

async function stockSnapshot({ mongo, catalog }: StoreClients, productIds: readonly string[]) {
  const session = mongo.startSession({ snapshot: true });
  try {
    const products = await catalog
      .collection<ProductDoc>('products')
      .find({ _id: { $in: [...productIds] } }, { session })
      .toArray();
    const live = await catalog
      .collection<ReservationDoc>('reservations')
      .find({ state: 'live' }, { session })
      .toArray();
    return { products: new Map(products.map((product) => [product._id, product])), live };
  } finally {
    await session.endSession();
  }
}

function faultsOf({ _id, stock }: ProductDoc, held: number, initially: number | undefined): string[] {
  const faults: string[] = [];
  const { initial, refilled, removed, available, reserved, sold } = stock;
  if (initial + refilled - removed !== available + reserved + sold)
    faults.push(`${_id}: ${JSON.stringify(stock)} does not add up`);
  if (Math.min(available, reserved, sold) < 0) faults.push(`${_id}: ${JSON.stringify(stock)} is negative`);
  if (reserved !== held) faults.push(`${_id}: reserved ${reserved}, live reservations hold ${held}`);
  if (initial !== initially) faults.push(`${_id}: began with ${initially}, says ${initial}`);
  return faults;
}

/**
 * Promise 1 at any moment: every product is there, the equation holds, nothing is negative, and `reserved` is the sum
 * over live reservations.
 */
export async function sampleStock(clients: StoreClients, ledger: Ledger): Promise<string[]> {
  const { products, live } = await stockSnapshot(clients, [...ledger.stock.keys()]);
  const held = new Map<string, number>();
  for (const { lines } of live)
    for (const { productId, quantity } of lines) held.set(productId, (held.get(productId) ?? 0) + quantity);
  return [...ledger.stock].flatMap(([id, { initial }]) => {
    const product = products.get(id);
    return product ? faultsOf(product, held.get(id) ?? 0, initial) : [`product ${id} has vanished`];
  });
}

/**
 * Promise 1 at rest: the units sold are those of paid orders, and the units refilled are those that the shop acknowledged; a
 * refill without an answer may have been done once.
 */
export async function checkSold(
  clients: StoreClients,
  ledger: Ledger,
  sampledBefore: number,
  seen: readonly string[],
): Promise<Finding> {
  const violations = [...seen, ...(await sampleStock(clients, ledger))];
  const { rows } = await clients.orders.query<{ product_id: string; sold: string }>(
    `SELECT product_id, sum(quantity) AS sold FROM order_lines JOIN orders ON id = order_id WHERE status = ANY($1) GROUP BY product_id`,
    [paidStatuses],
  );
  const sold = new Map(rows.map((row) => [row.product_id, Number(row.sold)]));
  const { products } = await stockSnapshot(clients, [...ledger.stock.keys()]);
  for (const { _id, stock } of products.values()) {
    if (stock.sold !== (sold.get(_id) ?? 0))
      violations.push(`${_id}: sold ${stock.sold}, orders say ${sold.get(_id) ?? 0}`);
    const { refilled, maybeRefilled } = ledger.stock.get(_id) ?? { refilled: 0, maybeRefilled: 0 };
    if (stock.refilled < refilled || stock.refilled > refilled + maybeRefilled)
      violations.push(
        `${_id}: refilled ${stock.refilled}; the shop acknowledged ${refilled} and left ${maybeRefilled} unanswered`,
      );
  }
  return { promise: '1 stock adds up', sampled: sampledBefore + 1, violations };
}
