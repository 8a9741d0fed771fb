import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { authApi } from '@bramble/contracts/auth';
import { catalogApi } from '@bramble/contracts/catalog';
import { gatewayApi } from '@bramble/contracts/gateway';
import { demoPassword, demoPeople } from '@bramble/demo/people';
import { createShopClient, refusedStatus } from '@bramble/test-kit/shop-client';
import { waitFor } from '@bramble/test-kit/wait-for';
import { isAlive, type ProcessId } from '../../scripts/stores/process-id';
import { serviceNames } from '../../scripts/workspace';
import { type RunningShop, startShop } from '../helpers/running-shop';

const PARTS = [...serviceNames().filter((name) => name !== 'simulator'), 'postgres', 'mongodb', 'redis'];

let dataDir: string;
let shop: RunningShop;

beforeAll(async () => {
  dataDir = mkdtempSync(path.join(os.tmpdir(), 'bramble-start-'));
  shop = await startShop({ dataDir });
});
afterAll(async () => {
  await shop.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

const parts = (of: RunningShop): ProcessId[] =>
  PARTS.map((name) => of.process(name)).filter((id) => id !== undefined);

/** A start that is expected to end by itself. */
async function failedStart(env: Record<string, string>): Promise<{ code: number | null; output: string }> {
  const child = spawn(process.execPath, ['scripts/start.mjs'], { env: { ...process.env, ...env } });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, output };
}

/** The status of a sign-up or a sign-in, which is accepted with `accepted`. */
const statusOf = (attempt: Promise<unknown>, accepted: number): Promise<number | undefined> =>
  attempt.then(() => accepted, refusedStatus);
const signUp = (of: RunningShop, email: string) => {
  const account = { email, password: 'a long enough password' };
  return statusOf(createShopClient(of.url).signUp('customer', account), 201);
};
const healthy = async (of: RunningShop) =>
  (await createShopClient(of.url).call(gatewayApi.health)).status === 'ok';

it('serves the demo catalogue and the storefront at one address', async () => {
  const { items } = await createShopClient(shop.url).call(catalogApi.list, { query: { limit: 100 } });
  expect(items).toHaveLength(100);
  const page = await fetch(shop.url, { headers: { accept: 'text/html' } });
  expect(await page.text()).toContain('<div id="root">');
  expect(parts(shop)).toHaveLength(PARTS.length);
});

it('is asked by its own start whether it is open, and logs no such request as failed', () => {
  const lines = readFileSync(path.join(dataDir, 'logs', 'gateway.log'), 'utf8').split('\n');
  expect(lines.some((line) => line.includes('the shop is open'))).toBe(true);
  expect(lines.filter((line) => /"level":"(?:error|fatal)"/.test(line))).toEqual([]);
  expect(lines.filter((line) => line.includes('"http_response_status_code":503'))).toEqual([]);
});

/** The files of a service's bundle that Node loads before the first line runs. */
function filesLoadedAtOnce(folder: string, file: string, found = new Set<string>()): Set<string> {
  if (found.has(file)) return found;
  found.add(file);
  const code = readFileSync(path.join(folder, file), 'utf8');
  for (const [, imported = ''] of code.matchAll(/^(?:import|\} from) "\.\/([^"]+)"/gm))
    filesLoadedAtOnce(folder, imported, found);
  return found;
}

it.each([
  ['catalog', 'Farmhouse Sourdough'],
  ['orders', '4 Blackberry Lane'],
  ['users', 'Hazel Hedgerow'],
])('loads no file with the demo of %s unless it is asked for', (service, text) => {
  const folder = path.join('dist', service);
  const files = readdirSync(folder).filter((file) => file.endsWith('.mjs'));
  const demo = files.filter((file) => readFileSync(path.join(folder, file), 'utf8').includes(text));
  const loaded = filesLoadedAtOnce(folder, 'main.mjs');
  expect(loaded.size).toBeGreaterThan(1);
  expect(demo).toHaveLength(1);
  expect(loaded).not.toContain(demo[0]);
});

it('keeps its secrets to its owner', () => {
  for (const name of ['stores.secret', 'internal-token.secret']) {
    expect(statSync(path.join(dataDir, name)).mode & 0o077).toBe(0);
  }
});

it('starts a service again that died', async () => {
  const before = shop.process('payments')!;
  process.kill(before.pid, 'SIGKILL');
  await waitFor(() => shop.process('payments') && shop.process('payments')!.pid !== before.pid);
  await waitFor(() => healthy(shop), { timeout: 20_000, what: 'the shop to be healthy' });
});

it('refuses a second start on the same data, and one on the same port, with a sentence each', async () => {
  const sameData = await failedStart({ DATA_DIR: dataDir, PORT: String(shop.port + 1) });
  expect(sameData.output).toContain(`Another start (process ${shop.pid}) is using ${dataDir}`);
  const samePort = await failedStart({ DATA_DIR: `${dataDir}-other`, PORT: String(shop.port) });
  expect(samePort.output).toContain(`127.0.0.1:${shop.port} is in use`);
  expect([sameData.code, samePort.code]).toEqual([1, 1]);
  expect(await healthy(shop)).toBe(true);
});

it('runs a second shop beside the first, which knows nothing of it', async () => {
  const second = await startShop();
  try {
    expect(await signUp(second, 'ivy@example.test')).toBe(201);
    expect(await signUp(second, 'ivy@example.test')).toBe(409);
    expect(await signUp(shop, 'ivy@example.test')).toBe(201);
  } finally {
    await second.stop();
  }
});

it('comes back by itself after everything was killed at once', async () => {
  await shop.kill9All();
  shop = await startShop({ dataDir });
  expect(await signUp(shop, 'ivy@example.test')).toBe(409);
});

it('ends what is left when only the start was killed, and comes back on the same data', async () => {
  const left = parts(shop);
  process.kill(shop.pid, 'SIGKILL');
  expect(left.every(isAlive)).toBe(true);
  shop = await startShop({ dataDir });
  expect(left.some(isAlive)).toBe(false);
  expect(await signUp(shop, 'ivy@example.test')).toBe(409);
});

it('closes the demo accounts when the same data is started without demo mode', async () => {
  const logins = () => {
    const { call } = createShopClient(shop.url);
    const bodies = Object.values(demoPeople).map(({ email }) => ({ email, password: demoPassword }));
    return Promise.all(bodies.map((body) => statusOf(call(authApi.login, { body }), 200)));
  };
  expect(await logins()).toEqual([200, 200, 200]);
  await shop.stop();
  shop = await startShop({ dataDir, env: { DEMO: 'off' } });
  expect(await logins()).toEqual([401, 401, 401]);
  expect(await signUp(shop, 'ivy@example.test')).toBe(409);
});

it('leaves no process when it is stopped, and refuses data of another version with one sentence', async () => {
  const running = parts(shop);
  expect(await shop.stop()).toBe(0);
  expect(running.some(isAlive)).toBe(false);

  const record = path.join(dataDir, 'redis.version.json');
  const real = readFileSync(record, 'utf8');
  writeFileSync(record, JSON.stringify({ major: '1', version: '1.0.0' }));
  const { code, output } = await failedStart({ DATA_DIR: dataDir, PORT: String(shop.port) });
  expect(code).toBe(1);
  expect(output).toMatch(/The data in \S+ was made by Redis 1, and only Redis \S+ from .* was found/);
  expect(existsSync(path.join(dataDir, 'run', 'postgres.json'))).toBe(false);

  writeFileSync(record, real);
  shop = await startShop({ dataDir });
  expect(await signUp(shop, 'ivy@example.test')).toBe(409);
});
