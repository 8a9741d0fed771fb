import { openProgram, type Program, type Started } from '@bramble/test-kit/run-program';
import { type StartedService, startService } from '@bramble/test-kit/start-service';
import { waitFor } from '@bramble/test-kit/wait-for';
import { buildGateway } from '../src/app';
import { loadGatewayConfig } from '../src/config';
import { adminOf, apiClient, Browser, signedUp, tokensFor } from './browser';
import { newEmail, openShop, PASSWORD, type Shop } from './shop';

interface Line {
  event?: string;
  level: string;
  user_id?: string;
  [field: string]: unknown;
}

let shop: Shop;
let commands: Program;
let program: Program;
let users: Started;
let gateway: StartedService;
beforeAll(async () => {
  shop = await openShop();
  commands = await openProgram('services/users/src/admin-main.ts');
  program = await openProgram('services/users/src/main.ts');
  // Three guesses at a password in a quarter of an hour.
  users = await program.start({ ...shop.usersEnv, LOG_LEVEL: 'info', RATE_LIMIT_FACTOR: '0.3' });
  gateway = await startService(buildGateway(loadGatewayConfig({ ...shop.gatewayEnv, USERS_URL: users.url })));
}, 120_000);
afterAll(async () => {
  await gateway.stop();
  await users.stop();
  commands.close();
  program.close();
  await shop.close();
});

const lines = (): Line[] => users.lines() as unknown as Line[];
/** The first line of the security log that has these fields, once it is there. */
const logged = (event: string, fields: Partial<Line>): Promise<Line> =>
  waitFor(
    () =>
      Promise.resolve(
        lines().find(
          (line) =>
            line.event === event && Object.entries(fields).every(([name, value]) => line[name] === value),
        ),
      ),
    { what: `${event} ${JSON.stringify(fields)}` },
  );
const network = { client_network: '127.0.0.0/24' };

describe('the security log', () => {
  it('has sign-ins that worked, failed and were throttled', async () => {
    const { browser, email, user } = await signedUp(gateway.url);
    await logged('sign_in_succeeded', { user_id: user.id, level: 'info', ...network });
    const login = (password: string, address = email) =>
      new Browser(gateway.url).post('/api/auth/login', { email: address, password });
    expect((await login('not this one')).status).toBe(401);
    const wrong = await logged('sign_in_failed', { user_id: user.id, reason: 'bad_credentials', ...network });
    for (let guess = 0; guess < 3; guess++) await login('not this one either');
    const throttled = await logged('sign_in_throttled', { level: 'warn', account: wrong['account'] });
    expect(throttled).not.toHaveProperty('user_id');

    expect((await login('not this one', newEmail())).status).toBe(401);
    const unknown = await waitFor(() =>
      Promise.resolve(lines().find((line) => line.event === 'sign_in_failed' && line.user_id === undefined)),
    );
    expect(unknown['account']).not.toBe(wrong['account']);

    const boss = await adminOf(gateway.url);
    await boss.patch(`/api/users/${user.id}`, { disabled: true });
    await logged('session_ended', { user_id: user.id, reason: 'disabled' });
    expect((await browser.get('/api/auth/me')).status).toBe(401);
  });

  it('has ended sessions, and refresh tokens that came again', async () => {
    const { email, user, browser } = await signedUp(gateway.url);
    await browser.post('/api/auth/logout');
    await logged('session_ended', { user_id: user.id, reason: 'logout', level: 'info' });

    const { refreshToken } = await tokensFor(gateway.url, email);
    const refresh = () => apiClient(gateway.url).post('/api/auth/refresh', { refreshToken });
    expect((await refresh()).status).toBe(200);
    await shop.sql.query(`UPDATE refresh_tokens SET rotated_at = rotated_at - interval '1 hour'`);
    expect((await refresh()).status).toBe(401);
    const { session_id: session } = await logged('refresh_reused', { user_id: user.id });
    await logged('session_ended', { user_id: user.id, reason: 'reuse', session_id: session });
  });

  it('has changes of passwords and roles, and refused permissions', async () => {
    const { browser, user } = await signedUp(gateway.url);
    const change = { currentPassword: PASSWORD, newPassword: 'another correct horse' };
    expect((await browser.post('/api/users/me/password', change)).status).toBeLessThan(300);
    await logged('password_changed', { user_id: user.id, reason: 'change', ...network });

    expect((await browser.get('/api/users')).status).toBe(403);
    const refused = await logged('permission_refused', { user_id: user.id, operation: 'listUsers' });
    expect(refused).toMatchObject({ level: 'warn', roles: ['customer'] });

    const boss = await adminOf(gateway.url);
    const { id } = (await boss.get('/api/auth/me')).body.user as { id: string };
    await boss.patch(`/api/users/${user.id}`, { roles: ['customer', 'courier'] });
    const changed = await logged('roles_changed', { user_id: user.id, by: id });
    expect(changed['roles']).toEqual(['customer', 'courier']);
  });

  it('has a revoked key, which the command line took away', async () => {
    const { out } = await commands.run(['keys', 'list', '--json'], shop.usersEnv);
    const kid = (JSON.parse(out) as { kid: string; state: string }[]).find(
      (key) => key.state === 'next',
    )?.kid;
    await commands.run(['keys', 'revoke', kid ?? '', '--yes'], shop.usersEnv);
    await logged('signing_key_revoked', { kid, level: 'warn' });
    await commands.run(['keys', 'rotate'], shop.usersEnv);
    expect(lines().filter(({ event }) => event === 'signing_key_revoked')).toHaveLength(1);
  }, 60_000);

  it('has sign-ins that the gateway throttled by their address', async () => {
    const bundle = await openProgram('services/gateway/src/main.ts');
    // Two sign-ins of an address in a minute.
    const settings = {
      ...shop.gatewayEnv,
      USERS_URL: users.url,
      LOG_LEVEL: 'info',
      RATE_LIMIT_FACTOR: '0.02',
    };
    const throttling = await bundle.start(settings);
    try {
      // Sign-ins of the tests above count too.
      const login = () =>
        new Browser(throttling.url).post('/api/auth/login', { email: newEmail(), password: PASSWORD });
      await waitFor(async () => (await login()).status === 429);
      const line = await waitFor(() =>
        Promise.resolve(throttling.lines().find(({ event }) => event === 'sign_in_throttled')),
      );
      expect(line).toMatchObject({ level: 'warn', service_name: 'gateway', ...network });
    } finally {
      await throttling.stop();
      bundle.close();
    }
  }, 60_000);

  it('has correlation ids, and neither passwords nor mail addresses', () => {
    const all = lines().filter(({ event }) => event !== undefined);
    expect(all.length).toBeGreaterThan(10);
    const text = JSON.stringify(all);
    for (const secret of [PASSWORD, 'not this one', 'another correct horse', '@'])
      expect(text).not.toContain(secret);
    for (const line of all)
      expect(line).toMatchObject({
        msg: 'security event',
        correlation_id: expect.any(String),
        service_name: 'users',
      });
  });
});
