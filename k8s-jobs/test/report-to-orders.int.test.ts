import { tasksApi } from '@bramble/contracts/tasks';
import { buildOrders } from '@bramble/orders/app';
import { loadOrdersConfig } from '@bramble/orders/config';
import { createLogger } from '@bramble/service-kit/observe/logger';
import { testEnv } from '@bramble/test-kit/env';
import { type StartedService, startService } from '@bramble/test-kit/start-service';
import { testStores, type TestStores } from '@bramble/test-kit/stores';
import { invalidateCache } from '../src/invalidate-cache';
import { job, runJob } from '../src/shared/job';
import { reportToOrders } from '../src/shared/report-to-orders';

let stores: TestStores;
let orders: StartedService;
let env: Record<string, string>;

beforeAll(async () => {
  stores = await testStores('orders');
  const nobody = 'http://127.0.0.1:1';
  const config = testEnv({
    ORDERS_DATABASE_URL: stores.postgresUrl,
    REDIS_EVENTS_URL: stores.redisUrl,
    PAYMENTS_URL: nobody,
  });
  orders = await startService(buildOrders(loadOrdersConfig(config)));
  env = {
    ORDERS_URL: orders.url,
    INTERNAL_TOKEN_KEY: config['INTERNAL_TOKEN_KEY'] ?? '',
    LOG_LEVEL: 'silent',
    CONNECT_SECONDS: '0',
  };
});
afterEach(() => {
  process.exitCode = undefined;
});
afterAll(async () => {
  await orders.stop();
  await stores.close();
});

/** Stands for a backup: what matters here is what it says of itself. */
const archiving = job({
  name: 'backup',
  env: {},
  tasks: () => ['backup_postgres', 'backup_mongodb'],
  run: () => Promise.resolve({ bytes: 12_345 }),
});

it('lets orders export when each Job last succeeded, how often it should, and how large the last archive is', async () => {
  const hours = { ...env, TASK_INTERVAL_SECONDS: '7200' };
  await runJob(invalidateCache, { ...hours, REDIS_CACHE_URL: stores.redisUrl });
  expect(process.exitCode).toBeUndefined();
  await runJob(invalidateCache, { ...hours, REDIS_CACHE_URL: 'redis://127.0.0.1:1' });
  expect(process.exitCode).toBe(1);
  await runJob(archiving, env);
  await reportToOrders({ ...env, CONNECT_SECONDS: 0 }, createLogger('test', 'silent'), 'restore', (orders) =>
    orders(tasksApi.restored, { body: { stores: ['postgres'] } }),
  );
  const text = await (await fetch(`${orders.opsUrl}/metrics`)).text();
  const value = (name: string, label: string): number =>
    Number(new RegExp(`^${name}\\{[^}]*${label}[^}]*\\} (\\S+)$`, 'm').exec(text)?.[1]);
  const now = Date.now() / 1000;
  const purge = 'task="cache_purge"';
  expect(Math.abs(value('bramble_task_last_success_timestamp_seconds', purge) - now)).toBeLessThan(60);
  expect(value('bramble_task_interval_seconds', purge)).toBe(7_200);
  expect(value('bramble_task_runs_total', `${purge},result="ok"`)).toBe(1);
  expect(value('bramble_task_runs_total', `${purge},result="error"`)).toBe(1);
  for (const store of ['postgres', 'mongodb']) {
    const label = `store="${store}"`;
    const at = value('bramble_backup_last_success_timestamp_seconds', label);
    expect(Math.abs(at - now)).toBeLessThan(60);
    expect(value('bramble_backup_size_bytes', label)).toBe(12_345);
    expect(value('bramble_task_interval_seconds', `task="backup_${store}"`)).toBe(86_400);
  }
  const verified = 'bramble_backup_last_verified_timestamp_seconds';
  expect(Math.abs(value(verified, 'store="postgres"') - now)).toBeLessThan(60);
  expect(value(verified, 'store="mongodb"')).toBeNaN();
});

it('does its work all the same when orders cannot be reached', async () => {
  const away = { ...env, ORDERS_URL: 'http://127.0.0.1:1' };
  await runJob(invalidateCache, { ...away, REDIS_CACHE_URL: stores.redisUrl });
  expect(process.exitCode).toBeUndefined();
});

it('is heard with a Job’s token only', async () => {
  const answer = await fetch(new URL(tasksApi.finished.path, orders.url), { method: 'POST' });
  expect(answer.status).toBe(401);
});
