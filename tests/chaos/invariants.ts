import type { Redis } from 'ioredis';
import type { Db, MongoClient } from 'mongodb';
import type { Pool } from 'pg';
import { requiredGroups, type Stream, streams } from '@bramble/contracts/events';
import type { Ledger } from './ledger';

/** Direct connections to the stores, without the proxies, with the administrator's rights. */
export interface Eyes {
  orders: Pool;
  payments: Pool;
  mongo: MongoClient;
  catalog: Db;
  delivery: Db;
  redis: Redis;
}

/** The result for one promise: how many samples were checked, and a few of the violations in words. */
export interface Finding {
  promise: string;
  sampled: number;
  violations: string[];
}

interface ProductDoc {
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
interface ReservationDoc {
  _id: string;
  state: string;
  lines: { productId: string; quantity: number }[];
}

async function stockSnapshot({ mongo, catalog }: Eyes, productIds: readonly string[]) {
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
    return { products, live };
  } finally {
    await session.endSession();
  }
}

/** Promise 1 at any moment: the equation, nothing negative, and `reserved` equal to the sum over live reservations. */
export async function sampleStock(eyes: Eyes, ledger: Ledger): Promise<string[]> {
  const { products, live } = await stockSnapshot(eyes, [...ledger.stock.keys()]);
  const held = new Map<string, number>();
  for (const { lines } of live)
    for (const { productId, quantity } of lines) held.set(productId, (held.get(productId) ?? 0) + quantity);
  return products.flatMap(({ _id, stock }) => {
    const faults: string[] = [];
    const { initial, refilled, removed, available, reserved, sold } = stock;
    if (initial + refilled - removed !== available + reserved + sold)
      faults.push(`${_id}: ${JSON.stringify(stock)} does not add up`);
    if (Math.min(available, reserved, sold) < 0) faults.push(`${_id}: ${JSON.stringify(stock)} is negative`);
    if (reserved !== (held.get(_id) ?? 0))
      faults.push(`${_id}: reserved ${reserved}, live reservations hold ${held.get(_id) ?? 0}`);
    if (initial !== ledger.stock.get(_id)?.initial)
      faults.push(`${_id}: began with ${ledger.stock.get(_id)?.initial}, says ${initial}`);
    return faults;
  });
}

/** Past orders of the demo shop were never charged; their ids are fixed. */
const isDemo = (id: string) => id.startsWith('01900000-');

interface OrderRow {
  id: string;
  status: string;
  capture: string;
  total: string;
  refunded: string;
  expires_at: Date;
}
const orderRows = async ({ orders }: Eyes) =>
  (await orders.query<OrderRow>('SELECT id, status, capture, total, refunded, expires_at FROM orders')).rows;

/** Whether an order has ended, or waits only for a person. */
const restsWell = (row: OrderRow) =>
  ['COMPLETED', 'FAILED', 'CANCELLED', 'REFUNDED'].includes(row.status) ||
  (row.status === 'RESERVED' && row.capture === 'declined' && row.expires_at.getTime() > Date.now());

/** Promise 3: what was acknowledged is there and rests; no reservation outlives its order. */
export async function checkOrdersEnd(eyes: Eyes, ledger: Ledger): Promise<Finding> {
  const rows = new Map((await orderRows(eyes)).map((row) => [row.id, row]));
  const violations: string[] = [];
  for (const id of ledger.orders.keys()) {
    const row = rows.get(id);
    if (!row) violations.push(`order ${id} was acknowledged and is gone`);
    else if (!restsWell(row)) violations.push(`order ${id} is still ${row.status} (${row.capture})`);
  }
  const live = await eyes.catalog
    .collection<ReservationDoc>('reservations')
    .find({ state: 'live' })
    .toArray();
  for (const { _id } of live)
    if (rows.get(_id)?.status !== 'RESERVED')
      violations.push(`reservation ${_id} is live and its order is ${rows.get(_id)?.status ?? 'unknown'}`);
  for (const { orderId, cancelAcknowledged } of ledger.orders.values()) {
    if (cancelAcknowledged && rows.get(orderId)?.status !== 'CANCELLED')
      violations.push(`order ${orderId} was cancelled and is ${rows.get(orderId)?.status}`);
  }
  return { promise: '3 every order ends', sampled: ledger.orders.size, violations };
}

/** Promise 1 at rest: what was sold is what paid orders hold, exactly. */
export async function checkSold(
  eyes: Eyes,
  ledger: Ledger,
  sampledBefore: number,
  seen: readonly string[],
): Promise<Finding> {
  const violations = [...seen, ...(await sampleStock(eyes, ledger))];
  const { rows } = await eyes.orders.query<{ product_id: string; sold: string }>(
    `SELECT product_id, sum(quantity) AS sold FROM order_lines JOIN orders ON id = order_id WHERE status IN ('PAID', 'SHIPPED', 'COMPLETED') GROUP BY product_id`,
  );
  const sold = new Map(rows.map((row) => [row.product_id, Number(row.sold)]));
  const { products } = await stockSnapshot(eyes, [...ledger.stock.keys()]);
  for (const { _id, stock } of products)
    if (stock.sold !== (sold.get(_id) ?? 0))
      violations.push(`${_id}: sold ${stock.sold}, orders say ${sold.get(_id) ?? 0}`);
  return { promise: '1 stock adds up', sampled: sampledBefore + 1, violations };
}

/** Promise 2: the provider's own ledger against the orders; at most one capture each. */
export async function checkMoney(eyes: Eyes): Promise<Finding> {
  const violations: string[] = [];
  const charges = (
    await eyes.payments.query<{ order_id: string; captures: string; amount: string }>(
      `SELECT split_part(key, ':', 1) AS order_id, count(*) AS captures, sum(amount) AS amount FROM sandbox_charges WHERE captured GROUP BY 1`,
    )
  ).rows;
  const refunds = (
    await eyes.payments.query<{ order_id: string; amount: string }>(
      `SELECT split_part(charge_key, ':', 1) AS order_id, sum(amount) AS amount FROM sandbox_refunds GROUP BY 1`,
    )
  ).rows;
  const refundOf = new Map(refunds.map((row) => [row.order_id, Number(row.amount)]));
  const captureOf = new Map(charges.map((row) => [row.order_id, Number(row.amount)]));
  for (const row of charges)
    if (Number(row.captures) > 1) violations.push(`order ${row.order_id} was charged ${row.captures} times`);
  const rows = (await orderRows(eyes)).filter(({ id }) => !isDemo(id));
  for (const row of rows) {
    const kept = (captureOf.get(row.id) ?? 0) - (refundOf.get(row.id) ?? 0);
    const wanted = ['PAID', 'SHIPPED', 'COMPLETED'].includes(row.status)
      ? Number(row.total) - Number(row.refunded)
      : 0;
    if (kept !== wanted)
      violations.push(`order ${row.id} (${row.status}) keeps ${kept}, should be ${wanted}`);
  }
  return { promise: '2 money adds up, one capture an order', sampled: rows.length, violations };
}

const allPairs = (Object.keys(streams) as Stream[]).flatMap((stream) =>
  requiredGroups[stream].map((group) => ({ stream, group })),
);

interface Group {
  name: string;
  pending: number;
  lastDelivered: string;
}
export async function groupsOf(redis: Redis, stream: string): Promise<Group[]> {
  const reply = (await redis.xinfo('GROUPS', stream).catch(() => [])) as unknown[];
  return reply.map((entry) => {
    const fields = Array.isArray(entry)
      ? Object.fromEntries(
          Array.from({ length: entry.length / 2 }, (_, i) => [
            String(entry[2 * i]),
            entry[2 * i + 1] as unknown,
          ]),
        )
      : (entry as Record<string, unknown>);
    return {
      name: String(fields['name']),
      pending: Number(fields['pending']),
      lastDelivered: String(fields['last-delivered-id']),
    };
  });
}
const lastIdOf = async (redis: Redis, stream: string) =>
  (await redis.xrevrange(stream, '+', '-', 'COUNT', 1))[0]?.[0] ?? '0-0';

/** The newest entry of every stream at this moment. */
export async function lastIds(redis: Redis): Promise<ReadonlyMap<string, string>> {
  const ids = new Map<string, string>();
  for (const stream of Object.keys(streams)) ids.set(stream, await lastIdOf(redis, stream));
  return ids;
}

const isBefore = (left: string, right: string) => {
  const [leftMs = 0, leftSeq = 0] = left.split('-').map(Number);
  const [rightMs = 0, rightSeq = 0] = right.split('-').map(Number);
  return leftMs < rightMs || (leftMs === rightMs && leftSeq < rightSeq);
};

/** The groups that are not there, or have not read up to `targets` or not even what came since; empty when all read. */
export async function notReadAgain(redis: Redis, targets: ReadonlyMap<string, string>): Promise<string[]> {
  const missing: string[] = [];
  for (const { stream, group } of allPairs) {
    const known = (await groupsOf(redis, stream)).find(({ name }) => name === group);
    const target = targets.get(stream) ?? '0-0';
    if (!known) missing.push(`${stream}: no group ${group}`);
    else if (isBefore(known.lastDelivered, target))
      missing.push(`${stream}: ${group} is at ${known.lastDelivered} of ${target}`);
    else if (known.lastDelivered === '0-0' && (await lastIdOf(redis, stream)) !== '0-0')
      missing.push(`${stream}: ${group} has read nothing`);
  }
  return missing;
}

/** What is still under way between services, in words; empty at rest. */
export async function unfinished({ orders, payments, catalog, delivery, redis }: Eyes): Promise<string[]> {
  const found: string[] = [];
  for (const [name, pool] of [
    ['orders', orders],
    ['payments', payments],
  ] as const) {
    const unsent = Number(
      (await pool.query<{ n: string }>('SELECT count(*) AS n FROM outbox WHERE sent_at IS NULL')).rows[0]
        ?.n ?? 0,
    );
    if (unsent > 0) found.push(`${name} outbox: ${unsent} unsent`);
  }
  for (const [name, db] of [
    ['catalog', catalog],
    ['delivery', delivery],
  ] as const) {
    const unsent = await db.collection('outbox').countDocuments({ unsent: true });
    if (unsent > 0) found.push(`${name} outbox: ${unsent} unsent`);
  }
  for (const { stream, group } of allPairs) {
    const known = (await groupsOf(redis, stream)).find(({ name }) => name === group);
    const last = await lastIdOf(redis, stream);
    if (!known) found.push(`${stream}: no group ${group}`);
    else if (known.pending > 0) found.push(`${stream}: ${known.pending} pending for ${group}`);
    else if (last !== '0-0' && known.lastDelivered !== last)
      found.push(`${stream}: ${group} is at ${known.lastDelivered} of ${last}`);
  }
  return found;
}

/**
 * Promise 4: nothing under way at rest; the dead letters are the injected poison and nothing else; a replay of all
 * streams left the `compared` orders, products, movements of money and deliveries as they were.
 */
export async function checkExactlyOnce(
  eyes: Eyes,
  poison: readonly string[],
  replayChanged: readonly string[],
  compared: number,
): Promise<Finding> {
  const violations = [...(await unfinished(eyes)), ...replayChanged];
  const dead: string[] = [];
  for (const stream of Object.keys(streams)) {
    for (const [, fields] of await eyes.redis.xrange(`${stream}:dead`, '-', '+'))
      dead.push(fields[fields.indexOf('id') + 1] ?? '?');
  }
  for (const id of new Set(dead))
    if (!poison.includes(id)) violations.push(`event ${id} is a dead letter and was no poison`);
  return {
    promise: '4 each effect exactly once',
    sampled: compared + dead.length + allPairs.length,
    violations,
  };
}

/** Everything that a replay must leave as it is. */
export async function digest(eyes: Eyes): Promise<Map<string, string>> {
  const state = new Map<string, string>();
  for (const row of (
    await eyes.orders.query<{ id: string; status: string; version: number }>(
      'SELECT id, status, version FROM orders',
    )
  ).rows)
    state.set(`order ${row.id}`, `${row.status} version ${row.version}`);
  for (const { _id, stock } of await eyes.catalog.collection<ProductDoc>('products').find().toArray())
    state.set(`product ${_id}`, JSON.stringify([stock.available, stock.reserved, stock.sold]));
  for (const row of (
    await eyes.payments.query<{ key: string }>(
      'SELECT key FROM sandbox_charges UNION ALL SELECT key FROM sandbox_refunds',
    )
  ).rows)
    state.set(`money ${row.key}`, 'moved');
  for (const doc of await eyes.delivery
    .collection<{ _id: string; status?: string }>('deliveries')
    .find()
    .toArray())
    state.set(`delivery ${doc._id}`, doc.status ?? '');
  return state;
}

/** The differences between two digests, in words. */
export const differences = (
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
): string[] =>
  [...new Set([...before.keys(), ...after.keys()])]
    .filter((key) => before.get(key) !== after.get(key))
    .map(
      (key) => `${key} was ${before.get(key) ?? 'absent'}, is ${after.get(key) ?? 'absent'} after a replay`,
    );

/** Whether no order is left that the clock or a person may still move. */
export const allFinal = async ({ orders }: Eyes): Promise<boolean> =>
  (
    await orders.query(
      `SELECT 1 FROM orders WHERE status IN ('PENDING', 'RESERVED', 'PAID', 'SHIPPED') LIMIT 1`,
    )
  ).rowCount === 0;
