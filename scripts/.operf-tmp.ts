import { spawn } from 'node:child_process';
import { readFileSync, mkdtempSync } from 'node:fs';
import { randomUUID, randomBytes } from 'node:crypto';
import { openStores } from '/work/main/scripts/stores/open-stores';
import { defaultCacheDir } from '/work/main/scripts/stores/cache';
import { migratePostgres } from '/work/main/services/shared/service-kit/src/migrate';
import { signInternalToken } from '/work/main/services/shared/service-kit/src/internal-auth';
import pg from 'pg';
import { Pool } from 'undici';
const durable = process.argv[2] === 'durable';
const N = Number(process.argv[3] ?? 3000);
const stores = await openStores({
  dataDir: mkdtempSync('/tmp/w/operf/data-'),
  cacheDir: defaultCacheDir(),
  ephemeral: !durable,
  log: console.log,
});
const admin = new pg.Client({ connectionString: stores.postgresUrl });
await admin.connect();
const db = async (name: string) => {
  await admin.query(`CREATE DATABASE ${name}`);
  const u = new URL(stores.postgresUrl);
  u.pathname = '/' + name;
  await migratePostgres({
    url: u.toString(),
    migrationsDir: `/work/main/services/${name}/prisma/migrations`,
  });
  return u.toString();
};
const key = randomBytes(32).toString('hex');
const mongo = (n: string) => {
  const u = new URL(stores.mongodbUrl);
  u.pathname = '/' + n;
  return u.toString();
};
const base = {
  ...process.env,
  HOST: '127.0.0.1',
  INTERNAL_TOKEN_KEY: key,
  LOG_LEVEL: 'warn',
  REDIS_EVENTS_URL: stores.redisUrl,
  REDIS_CACHE_URL: stores.redisCacheUrl,
  DELIVERY_STEP_SECONDS: '1',
  DEMO: 'on',
};
const ports = { catalog: 18302, payments: 18304, orders: 18303, delivery: 18301 };
const urls = {
  CATALOG_URL: `http://127.0.0.1:${ports.catalog}`,
  PAYMENTS_URL: `http://127.0.0.1:${ports.payments}`,
  ORDERS_URL: `http://127.0.0.1:${ports.orders}`,
};
const procs: Record<string, any> = {};
const start = (name: keyof typeof ports, env: any) => {
  procs[name] = spawn(
    'node',
    [
      ...(process.env.PROF === name ? ['--cpu-prof', '--cpu-prof-dir=/tmp/w/operf/prof'] : []),
      '--import',
      'tsx',
      `/work/main/services/${name}/src/main.ts`,
    ],
    {
      cwd: '/work/main',
      env: { ...base, ...urls, ...env, PORT: String(ports[name]), OPS_PORT: String(ports[name] + 100) },
      stdio: 'inherit',
    },
  );
};
start('catalog', { CATALOG_MONGODB_URL: mongo('catalog') });
start('delivery', { DELIVERY_MONGODB_URL: mongo('delivery') });
start('payments', { PAYMENTS_DATABASE_URL: await db('payments') });
const ordersUrl = await db('orders');
start('orders', { ORDERS_DATABASE_URL: ordersUrl });
const ready = async (p: number) => {
  for (let i = 0; i < 300; i++) {
    try {
      const r = await fetch(`http://127.0.0.1:${p + 100}/readyz`);
      if (r.ok) return;
    } catch {}
    await new Promise((r) => setTimeout(r, 100));
  }
  throw new Error('not ready ' + p);
};
for (const p of Object.values(ports)) await ready(p);
const cpu = (pid: number) => {
  const f = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
  return (Number(f[11]) + Number(f[12])) / 100;
};
const token = (roles: any[], sub = randomUUID()) =>
  signInternalToken(key, { sub, roles, kind: 'user', secure: false, cid: randomUUID() });
const products: string[] = [];
for (let i = 0; i < 20; i++) {
  const r = await fetch(`${urls.CATALOG_URL}/api/products`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-internal-token': token(['seller']) },
    body: JSON.stringify({
      title: 'P' + i,
      description: 'x',
      category: 'fruit',
      price: { amount: 500, currency: 'EUR' },
      stock: { available: 1000000 },
    }),
  });
  products.push(((await r.json()) as any).product.id);
}
const pool = new Pool(urls.ORDERS_URL, { connections: 64 });
const client = new pg.Client({ connectionString: ordersUrl });
await client.connect();
const run = async (count: number) => {
  const before = Object.fromEntries(Object.entries(procs).map(([n, p]) => [n, cpu(p.pid)]));
  const t0 = performance.now();
  let sent = 0;
  const bad: Record<string, number> = {};
  const lat: number[] = [];
  await Promise.all(
    Array.from({ length: 48 }, async () => {
      while (sent < count) {
        sent++;
        const s = performance.now();
        const r = await pool.request({
          method: 'POST',
          path: '/api/orders',
          headers: {
            'content-type': 'application/json',
            'x-internal-token': token(['customer']),
            'idempotency-key': randomUUID(),
          },
          body: JSON.stringify({
            items: [
              { productId: products[sent % 20], quantity: 1 },
              { productId: products[(sent + 7) % 20], quantity: 2 },
            ],
            shippingAddress: { name: 'R', line1: '1', city: 'B', postalCode: '1', country: 'DE' },
            paymentMethod: { token: 'tok_visa' },
          }),
        });
        await r.body.dump();
        lat.push(performance.now() - s);
        if (r.statusCode !== 202) bad[r.statusCode] = (bad[r.statusCode] ?? 0) + 1;
      }
    }),
  );
  const t1 = performance.now();
  for (;;) {
    const { rows } = await client.query(
      "SELECT count(*)::int AS n FROM orders WHERE status IN ('PENDING','RESERVED')",
    );
    if (rows[0].n === 0) break;
    await new Promise((r) => setTimeout(r, 50));
    if (performance.now() - t1 > 60000) {
      console.log('stuck', rows[0]);
      break;
    }
  }
  const t2 = performance.now();
  await new Promise((r) => setTimeout(r, 3000));
  lat.sort((a, b) => a - b);
  console.log({
    posted: Math.round(count / ((t1 - t0) / 1000)) + '/s',
    paid: Math.round(count / ((t2 - t0) / 1000)) + '/s',
    tailMs: Math.round(t2 - t1),
    p50: lat[lat.length >> 1]?.toFixed(1),
    p95: lat[Math.floor(lat.length * 0.95)]?.toFixed(1),
    bad,
    cpuMsPerOrder: Object.fromEntries(
      Object.entries(procs).map(([n, p]) => [n, (((cpu(p.pid) - before[n]!) * 1000) / count).toFixed(2)]),
    ),
  });
};
await run(500);
await run(N);
await run(N);
const { rows } = await client.query('SELECT status, count(*)::int FROM orders GROUP BY 1');
console.log(rows);
for (const p of Object.values(procs)) p.kill('SIGTERM');
await new Promise((r) => setTimeout(r, 2500));
await client.end();
await admin.end();
await pool.close();
await stores.stop();
process.exit(0);
