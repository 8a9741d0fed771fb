import { readFileSync } from 'node:fs';
import path from 'node:path';
import { demoPassword, demoPeople } from '@bramble/demo/people';
import { agentAs, service as asService } from '@bramble/test-kit/agent';
import { openProgram } from '@bramble/test-kit/run-program';
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

type SignedUp = Awaited<ReturnType<typeof signedUp>>;
/** Gives an account roles, and signs it in with them. */
async function promote(by: Browser, { user, email, browser }: SignedUp, to: string[]): Promise<void> {
  expect((await by.patch(`/api/users/${user.id}`, { roles: to })).status).toBe(200);
  expect((await browser.post('/api/auth/login', { email, password: PASSWORD })).status).toBe(200);
}

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

describe('roles that the demo admin gave before they were marked', () => {
  const migration = readFileSync(
    path.join(import.meta.dirname, '../../users/prisma/migrations/20261129115500_demo_roles/migration.sql'),
    'utf8',
  );
  const marks = async () =>
    (
      await shop.sql.query<{ id: string; marked: string[] }>(
        `SELECT id, (SELECT array_agg(r ORDER BY r) FROM unnest(demo_roles) AS r) AS marked
          FROM users WHERE demo_roles <> '{}' ORDER BY id`,
      )
    ).rows;

  it('are found by the migration, and those that accounts with such a role gave', async () => {
    const first = await signedUp(shop.url);
    const second = await signedUp(shop.url);
    const untouched = await signedUp(shop.url, { role: 'seller' });
    await promote((await demoLogin('admin')).browser, first, ['customer', 'seller', 'admin']);
    await promote(first.browser, second, ['courier', 'admin']);
    const marked = await marks();
    expect(marked).toEqual(
      expect.arrayContaining([
        { id: first.user.id, marked: ['admin', 'seller'] },
        { id: second.user.id, marked: ['admin', 'courier'] },
      ]),
    );
    expect(marked.map(({ id }) => id)).not.toContain(untouched.user.id);
    await shop.sql.query(`UPDATE users SET demo_roles = '{}'`);
    await shop.sql.query(migration.slice(migration.indexOf('WITH RECURSIVE')));
    expect(await marks()).toEqual(marked);
  });
});

describe('after demo mode was switched off on the same data', () => {
  const before = new Map<DemoRole, Browser>();
  let visitor: { email: string };
  /** Admin by the demo admin; admin by that account; admin by the operator, after the demo admin. */
  let promoted: SignedUp;
  let promotedNext: SignedUp;
  let promotedForGood: SignedUp;
  const rolesOf = async ({ email }: SignedUp): Promise<string[]> =>
    (await login(email, PASSWORD)).body.user.roles as string[];

  beforeAll(async () => {
    for (const role of roles) before.set(role, (await demoLogin(role)).browser);
    for (const browser of before.values()) expect(await statusOf(browser)).toBe(200);
    visitor = await signedUp(shop.url, { password: demoPassword });
    promoted = await signedUp(shop.url);
    promotedNext = await signedUp(shop.url);
    promotedForGood = await signedUp(shop.url);
    const admin = before.get('admin')!;
    await promote(admin, promoted, ['customer', 'admin']);
    await promote(promoted.browser, promotedNext, ['courier', 'admin']);
    await promote(admin, promotedForGood, ['customer', 'admin']);
    const program = await openProgram('services/users/src/admin-main.ts');
    const granted = await program.run(['user', 'grant', promotedForGood.email, 'admin'], shop.usersEnv);
    program.close();
    expect(granted.code).toBe(0);
    for (const { browser } of [promoted, promotedNext])
      expect(await statusOf(browser, '/api/users')).toBe(200);
    await restart({ DEMO: 'off', DEMO_ADMIN: 'off' });
  }, 120_000);

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

  it('the roles that the demo admin gave are taken, and those that were given with such a role', async () => {
    for (const { browser } of [promoted, promotedNext]) {
      await waitFor(async () => (await statusOf(browser, '/api/users')) === 401, {
        what: 'the access token to end',
      });
      expect((await browser.post('/api/auth/refresh')).status).toBe(200);
      expect(await statusOf(browser, '/api/users')).toBe(403);
      expect(await statusOf(browser, '/api/admin/audit')).toBe(403);
    }
    expect(await rolesOf(promoted)).toEqual(['customer']);
    // The account had no role but those that were given.
    expect(await rolesOf(promotedNext)).toEqual(['customer']);
    const { rows } = await shop.sql.query(
      `SELECT actor_id, detail, before, after FROM audit_entries WHERE action = 'user.revoked' AND subject = $1`,
      [promoted.user.id],
    );
    expect(rows).toEqual([
      {
        actor_id: null,
        detail: { operator: 'start without the demo admin' },
        before: { roles: ['customer', 'admin'] },
        after: { roles: ['customer'] },
      },
    ]);
  });

  it('a role that the operator gave stays, also where the demo admin had given it before', async () => {
    expect(await rolesOf(promotedForGood)).toEqual(['customer', 'admin']);
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
