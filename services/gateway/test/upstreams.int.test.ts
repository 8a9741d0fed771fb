import { startService } from '@bramble/test-kit/start-service';
import { tally } from '@bramble/test-kit/tally';
import { waitFor } from '@bramble/test-kit/wait-for';
import { buildUsers } from '../../users/src/app';
import { loadUsersConfig } from '../../users/src/config';
import { type Browser, signedUp } from './browser';
import { openRecorder, type Recorder } from './recorder';
import { openShop, type Shop } from './shop';

/** One route of each service, and the part of the dashboard that comes from it. */
const routes = {
  catalog: { path: '/api/products/mine', part: 'recommended' },
  orders: { path: '/api/orders', part: 'recentOrders' },
  payments: { path: '/api/payments', part: undefined },
  delivery: { path: '/api/deliveries', part: undefined },
  users: { path: '/api/users/me/profile', part: 'profile' },
} as const;
type Name = keyof typeof routes;
const names = Object.keys(routes) as Name[];

let shop: Shop;
let browser: Browser;
let stopUsers: () => Promise<void>;
const recorders = new Map<Name, Recorder>();
const returnedAt = new Map<Name, number>();

beforeAll(async () => {
  const env: Record<string, string> = {};
  for (const name of names) {
    if (name === 'users') continue;
    const recorder = await openRecorder();
    recorder.answer = { status: 200, headers: {}, body: '{"items":[],"nextCursor":null}' };
    recorders.set(name, recorder);
    env[`${name.toUpperCase()}_URL`] = recorder.url;
  }
  shop = await openShop(env);
  stopUsers = () => shop.users.stop();
  ({ browser } = await signedUp(shop.url));
});
afterAll(async () => {
  await shop.close();
  await stopUsers();
  for (const recorder of recorders.values()) await recorder.leave();
});

const leave = (name: Name) => recorders.get(name)?.leave() ?? shop.users.stop();
const comeBack = async (name: Name) => {
  const recorder = recorders.get(name);
  if (recorder) return recorder.comeBack();
  const { port } = new URL(shop.users.url);
  const users = await startService(buildUsers(loadUsersConfig({ ...shop.usersEnv, PORT: port })));
  stopUsers = () => users.stop();
};
const breakerIs = async (name: Name, state: 'open' | 'closed') => {
  const metrics = await (await fetch(`${shop.gateway.opsUrl}/metrics`)).text();
  return new RegExp(`bramble_breaker_state\\{[^}]*dependency="${name}"[^}]*state="${state}"[^}]*\\} 1`).test(
    metrics,
  );
};
const ask = async (name: Name) => {
  const startedAt = performance.now();
  const { status, body } = await browser.get(routes[name].path);
  return { status, code: body?.code as string | undefined, ms: performance.now() - startedAt };
};

describe('a service that is away', () => {
  it.each(names)(
    'is answered with 503 within a second, and its breaker opens within 5 s: %s',
    async (name) => {
      expect((await ask(name)).status).toBe(200);
      await leave(name);
      const leftAt = Date.now();
      const answers = [await ask(name)];
      await waitFor(
        async () => {
          answers.push(await ask(name));
          return breakerIs(name, 'open');
        },
        { timeout: 5_000, interval: 100, what: 'the breaker to open' },
      );
      const openAfter = Date.now() - leftAt;
      const unclean = answers.filter(
        ({ status, code, ms }) => status !== 503 || code !== 'unavailable' || ms >= 1_000,
      );
      tally(`service away: ${name}, open after ${openAfter} ms`, answers.length, unclean);
      expect(unclean).toEqual([]);
      expect(openAfter).toBeLessThanOrEqual(5_000);

      const { part } = routes[name];
      const dashboard = await browser.get('/api/dashboard');
      expect(dashboard.status).toBe(200);
      if (part) expect(dashboard.body.degraded).toContain(part);
      await comeBack(name);
      returnedAt.set(name, Date.now());
    },
  );

  it('gets requests again after it returned: every breaker closes within 35 s', async () => {
    const closedAfter = await Promise.all(
      names.map(async (name) => {
        await waitFor(async () => (await ask(name)).status === 200 && breakerIs(name, 'closed'), {
          timeout: 35_000,
          interval: 250,
          what: `the breaker of ${name} to close`,
        });
        return Date.now() - (returnedAt.get(name) ?? Number.NaN);
      }),
    );
    const late = closedAfter.filter((ms) => !(ms <= 35_000));
    tally(`service back: slowest breaker closed after ${Math.max(...closedAfter)} ms`, names.length, late);
    expect(late).toEqual([]);
    expect((await browser.get('/api/dashboard')).body.degraded).toEqual([]);
  }, 60_000);
});
