import { randomUUID } from 'node:crypto';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { Redis } from 'ioredis';
import { MongoClient } from 'mongodb';
import pg from 'pg';

/** Servers that do one thing only, to measure the limits of the machine. Started as `bare-server.ts <kind> [url]`. */
export const bareKinds = ['http', 'express', 'redis', 'postgres', 'mongodb'] as const;
export type BareKind = (typeof bareKinds)[number];

const BODY = Buffer.from(JSON.stringify({ items: [{ text: 'x'.repeat(2_000) }] }));
const PREFILLED_ORDERS = 20_000;
const PRODUCTS = 1_000;

const json: RequestListener = (_req, res) => {
  res.writeHead(200, { 'content-type': 'application/json', 'content-length': BODY.length }).end(BODY);
};

const answering =
  (work: () => Promise<Buffer>): RequestListener =>
  (_req, res) => {
    work().then(
      (body) =>
        res.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length }).end(body),
      () => res.writeHead(500).end(),
    );
  };

async function redisHandler(url: string): Promise<RequestListener> {
  const redis = new Redis(url);
  const key = `bench:${randomUUID()}`;
  await redis.set(key, BODY, 'EX', 600);
  return answering(async () => (await redis.getBuffer(key)) ?? Buffer.alloc(0));
}

/** An order with two lines in one prepared statement, into tables that hold orders already and have been analysed. */
async function postgresHandler(url: string): Promise<RequestListener> {
  const pool = new pg.Pool({ connectionString: url, max: 16 });
  await pool.query(`
    DROP TABLE IF EXISTS bench_lines; DROP TABLE IF EXISTS bench_orders;
    CREATE TABLE bench_orders (id uuid PRIMARY KEY, user_id uuid NOT NULL, status text NOT NULL, total bigint NOT NULL, created_at timestamptz NOT NULL DEFAULT now());
    CREATE TABLE bench_lines (order_id uuid NOT NULL REFERENCES bench_orders, line int NOT NULL, product_id uuid NOT NULL, quantity int NOT NULL, PRIMARY KEY (order_id, line));
    CREATE INDEX bench_orders_user ON bench_orders (user_id, created_at);
    INSERT INTO bench_orders SELECT gen_random_uuid(), gen_random_uuid(), 'PENDING', 100 FROM generate_series(1, ${PREFILLED_ORDERS});
    INSERT INTO bench_lines SELECT id, line, gen_random_uuid(), 1 FROM bench_orders, generate_series(1, 2) AS line;
    ANALYZE bench_orders; ANALYZE bench_lines;`);
  const text = `WITH placed AS (INSERT INTO bench_orders (id, user_id, status, total) VALUES ($1, $2, 'PENDING', 100) RETURNING id)
    INSERT INTO bench_lines SELECT placed.id, lines.line, lines.product, 1 FROM placed, unnest($3::int[], $4::uuid[]) AS lines (line, product)`;
  return answering(async () => {
    await pool.query({
      name: 'bench',
      text,
      values: [randomUUID(), randomUUID(), [1, 2], [randomUUID(), randomUUID()]],
    });
    return BODY;
  });
}

async function mongodbHandler(url: string): Promise<RequestListener> {
  const client = await new MongoClient(url, {
    writeConcern: { w: 'majority', journal: true },
    maxPoolSize: 32,
  }).connect();
  const products = client
    .db('bench')
    .collection<{ _id: number; available: number; reserved: number }>('products');
  await products.deleteMany({});
  await products.insertMany(
    Array.from({ length: PRODUCTS }, (_, id) => ({ _id: id, available: 1e9, reserved: 0 })),
  );
  return answering(async () => {
    await products.findOneAndUpdate(
      { _id: Math.floor(Math.random() * PRODUCTS), available: { $gte: 1 } },
      { $inc: { available: -1, reserved: 1 } },
    );
    return BODY;
  });
}

async function handlerFor(kind: BareKind, url: string): Promise<RequestListener> {
  if (kind === 'redis') return redisHandler(url);
  if (kind === 'postgres') return postgresHandler(url);
  if (kind === 'mongodb') return mongodbHandler(url);
  if (kind === 'http') return json;
  const app = express();
  app.disable('x-powered-by');
  app.get('/', (_req, res) => void res.type('json').send(BODY));
  return app as RequestListener;
}

const [kind, url = ''] = process.argv.slice(2);
const server = createServer(await handlerFor(kind as BareKind, url));
server.listen(0, '127.0.0.1', () => process.stdout.write(`${(server.address() as AddressInfo).port}\n`));
