import { demoPassword, demoPeople } from '@bramble/demo/people';
import { agentAs, service as asService } from '@bramble/test-kit/agent';
import { type StartedService, startService } from '@bramble/test-kit/start-service';
import { waitFor } from '@bramble/test-kit/wait-for';
import { buildUsers } from '../../users/src/app';
import { loadUsersConfig } from '../../users/src/config';
import { adminOf, apiClient, Browser, copyOf, signedUp, statusOf } from './browser';
import { openShop, PASSWORD, type Shop } from './shop';

type DemoRole = keyof typeof demoPeople;
const roles = Object.keys(demoPeople) as DemoRole[];

let shop: Shop;
let users: StartedService;
beforeAll(async () => {
  shop = await openShop();
  ({ users } = shop);
});
afterAll(async () => {
  await users.stop();
  await shop.close();
});

/** Starts users again on the same data and port, with other settings. */
async function restart(env: Record<string, string>): Promise<void> {
  const { port } = new URL(shop.users.url);
  await users.stop();
  users = await startService(buildUsers(loadUsersConfig({ ...shop.usersEnv, PORT: port, ...env })));
  await waitFor(async () => (await fetch(`${shop.url}/api/auth/me`)).status === 401, {
    timeout: 35_000,
    what: 'the breaker to close',
  });
}
const accountsNow = async () =>
  (
    await shop.sql.query(
      `SELECT id, email, name, roles, disabled, email_verified, erased_at, password_hash <> '' AS has_password
        FROM users WHERE id = ANY($1) ORDER BY id`,
      [roles.map((role) => demoPeople[role].id)],
    )
  ).rows;
const open = (role: DemoRole) => ({
  ...demoPeople[role],
  ...{ disabled: false, email_verified: true, erased_at: null, has_password: true },
});
const closed = (role: DemoRole) => ({ ...open(role), disabled: true, has_password: false });
const demoLogin = async (role: DemoRole) => {
  const browser = new Browser(shop.url);
  return { browser, reply: await browser.post('/api/auth/demo-login', { role }) };
};
const login = (email: string, password: string) =>
  new Browser(shop.url).post('/api/auth/login', { email, password });

describe('while demo mode is on', () => {
  it('the accounts have their fixed ids, names and roles, and any of them opens with one click', async () => {
    expect(await accountsNow()).toEqual(roles.map(open));
    for (const role of roles) {
      const { reply } = await demoLogin(role);
      expect([reply.status, reply.body.user?.id]).toEqual([200, demoPeople[role].id]);
      expect((await login(demoPeople[role].email, demoPassword)).status).toBe(200);
    }
  });

  it.each(roles)('no visitor can erase the demo %s or give it another password', async (role) => {
    const { browser } = await demoLogin(role);
    const erased = await browser.delete('/api/users/me');
    expect([erased.status, erased.body.code]).toEqual([409, 'demo_account']);
    const changed = await browser.post('/api/users/me/password', {
      currentPassword: demoPassword,
      newPassword: 'taken over by me',
    });
    expect([changed.status, changed.body.code]).toEqual([409, 'demo_account']);
    expect(await statusOf(browser)).toBe(200);
    expect((await login(demoPeople[role].email, demoPassword)).status).toBe(200);
  });

  it('no link gives a demo account another password', async () => {
    const { email } = demoPeople.buyer;
    await apiClient(shop.url).post('/api/auth/forgot-password', { email });
    const mail = await waitFor(
      async () => {
        const { body } = await agentAs(users, asService).get('/internal/mail-jobs');
        return (body as { items: { to: string; kind: string; path: string }[] }).items.find(
          ({ to, kind }) => to === email && kind === 'reset-password',
        );
      },
      { what: 'the mail' },
    );
    const token = decodeURIComponent(mail.path.split('token=')[1] ?? '');
    const reply = await apiClient(shop.url).post('/api/auth/reset-password', {
      token,
      password: 'taken over by me',
    });
    expect([reply.status, reply.body.code]).toEqual([409, 'demo_account']);
    expect((await login(email, demoPassword)).status).toBe(200);
  });

  it('everybody else may still change their password and erase their account', async () => {
    const { browser } = await signedUp(shop.url);
    const changed = await browser.post('/api/users/me/password', {
      currentPassword: PASSWORD,
      newPassword: 'another good one',
    });
    expect(changed.status).toBe(204);
    const erased = await browser.delete('/api/users/me', { password: 'another good one' });
    expect(erased.status).toBe(204);
  });
});

describe('after demo mode was switched off on the same data', () => {
  const before = new Map<DemoRole, Browser>();
  let visitor: { email: string };
  beforeAll(async () => {
    for (const role of roles) before.set(role, (await demoLogin(role)).browser);
    for (const browser of before.values()) expect(await statusOf(browser)).toBe(200);
    visitor = await signedUp(shop.url, { password: demoPassword });
    await restart({ DEMO: 'off', DEMO_ADMIN: 'off' });
  }, 60_000);

  it('the demo accounts are disabled and have no password', async () => {
    expect(await accountsNow()).toEqual(roles.map(closed));
    for (const role of roles) {
      expect((await login(demoPeople[role].email, demoPassword)).status).toBe(401);
      const token = await apiClient(shop.url).post('/api/auth/token', {
        email: demoPeople[role].email,
        password: demoPassword,
      });
      expect(token.status).toBe(401);
      expect((await demoLogin(role)).reply.status).toBe(404);
    }
  });

  it.each(roles)('the session that the demo %s had is over', async (role) => {
    const browser = before.get(role)!;
    await waitFor(async () => (await statusOf(browser)) === 401, { what: 'the session to end' });
    expect((await copyOf(browser).post('/api/auth/refresh')).status).toBe(401);
  });

  it('an account that has the published password does not open with it', async () => {
    const reply = await login(visitor.email, demoPassword);
    expect([reply.status, reply.body.code]).toEqual([401, 'bad_credentials']);
  });

  it('nobody may choose the published password', async () => {
    const signup = await new Browser(shop.url).post('/api/auth/signup', {
      email: 'new@example.test',
      password: demoPassword,
      name: 'New',
    });
    expect([signup.status, signup.body.code, signup.body.errors?.[0]?.path]).toEqual([
      400,
      'invalid_input',
      'password',
    ]);
    const { browser } = await signedUp(shop.url);
    const changed = await browser.post('/api/users/me/password', {
      currentPassword: PASSWORD,
      newPassword: demoPassword,
    });
    expect([changed.status, changed.body.errors?.[0]?.path]).toEqual([400, 'newPassword']);
  });

  it('an account without a demo id is left alone, and a second start closes nothing again', async () => {
    const { browser, email } = await signedUp(shop.url);
    const versions = async () =>
      (await shop.sql.query('SELECT id, version FROM users ORDER BY id')).rows as unknown[];
    const earlier = await versions();
    await restart({ DEMO: 'off', DEMO_ADMIN: 'off' });
    expect(await versions()).toEqual(earlier);
    expect(await statusOf(browser)).toBe(200);
    expect((await login(email, PASSWORD)).status).toBe(200);
  });
});

describe('after demo mode was switched on again without its admin', () => {
  beforeAll(() => restart({ DEMO: 'on', DEMO_ADMIN: 'off' }), 60_000);

  it('buyer and seller are open again and the admin stays closed', async () => {
    expect(await accountsNow()).toEqual([open('buyer'), open('seller'), closed('admin')]);
    expect((await demoLogin('buyer')).reply.status).toBe(200);
    expect((await demoLogin('admin')).reply.status).toBe(404);
    expect((await login(demoPeople.admin.email, demoPassword)).status).toBe(401);
  });

  it('the admin is closed too when only DEMO_ADMIN is switched off', async () => {
    await restart({ DEMO: 'on', DEMO_ADMIN: 'on' });
    const admin = await adminOf(shop.url);
    expect(await statusOf(admin, '/api/users')).toBe(200);
    await restart({ DEMO: 'on', DEMO_ADMIN: 'off' });
    await waitFor(async () => (await statusOf(admin, '/api/users')) === 401, { what: 'the session to end' });
    expect(await accountsNow()).toEqual([open('buyer'), open('seller'), closed('admin')]);
  }, 60_000);
});
