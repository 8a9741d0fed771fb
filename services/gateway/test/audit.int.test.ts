import type { AuditEntry } from '@bramble/contracts/users';
import { eventOf } from '@bramble/test-kit/events';
import { publishEvents } from '@bramble/test-kit/publish';
import { openProgram } from '@bramble/test-kit/run-program';
import { waitFor } from '@bramble/test-kit/wait-for';
import { adminOf, signedUp } from './browser';
import { openShop, type Shop } from './shop';

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
});
afterAll(() => shop.close());

describe('the audit log', () => {
  it('has one entry for a change in another service, however often its event arrives', async () => {
    const event = eventOf('payment.staff_acted', {
      target: 'HALF',
      action: 'createDiscount',
      after: { value: 50 },
    });
    const last = eventOf('order.staff_acted', { target: 'last' });
    await publishEvents(shop.redis, event, event);
    const boss = await adminOf(shop.url);
    const found = async (target: string): Promise<AuditEntry[]> =>
      (await boss.get(`/api/admin/audit?target=${target}`)).body.items;
    await waitFor(() => found('HALF'), { until: ({ length }) => length > 0 });
    await publishEvents(shop.redis, event, last);
    await waitFor(() => found('last'), { until: ({ length }) => length > 0 });
    expect(await found('HALF')).toEqual([
      {
        id: event.id,
        at: event.occurredAt,
        actorId: event.payload.actorId,
        address: event.payload.address,
        action: 'createDiscount',
        subject: 'HALF',
        detail: {},
        before: null,
        after: { value: 50 },
      },
    ]);
  });

  it("has the changes made with a command, with the name of the operating system's user", async () => {
    const act = eventOf('order.operator_acted', { target: 'reports', action: 'reports.rebuilt' });
    await publishEvents(shop.redis, act);
    const { email, user } = await signedUp(shop.url);
    const program = await openProgram('services/users/src/admin-main.ts');
    const admin = (...words: string[]) => program.run(words, { ...shop.usersEnv, SUDO_USER: 'ana' });
    await admin('keys', 'rotate');
    const { out } = await admin('keys', 'list', '--json');
    const keys = JSON.parse(out) as { kid: string; state: string }[];
    const retired = keys.find(({ state }) => state === 'retired')?.kid ?? '';
    const granted = await admin('user', 'grant', email, 'courier');
    const revoked = await admin('keys', 'revoke', retired, '--yes');
    expect([granted.code, revoked.code]).toEqual([0, 0]);
    program.close();

    const boss = await adminOf(shop.url);
    const found = async (target: string): Promise<AuditEntry[]> =>
      (await boss.get(`/api/admin/audit?target=${target}`)).body.items;
    const byAna = { actorId: null, address: null, detail: { operator: 'ana' } };
    expect(await found(retired)).toMatchObject([
      { ...byAna, action: 'keys.revoked', before: { state: 'retired' }, after: null },
    ]);
    expect(await found(keys.find(({ state }) => state === 'current')?.kid ?? '')).toMatchObject([
      { ...byAna, action: 'keys.rotated' },
    ]);
    expect(await found(user.id)).toMatchObject([{ ...byAna, action: 'user.granted' }]);
    await waitFor(() => found('reports'), { until: ({ length }) => length > 0 });
    expect(await found('reports')).toMatchObject([{ ...byAna, id: act.id, action: 'reports.rebuilt' }]);
  }, 120_000);

  it('is listed page by page', async () => {
    const boss = await adminOf(shop.url);
    const events = [1, 2, 3].map(() => eventOf('order.staff_acted', { action: 'cancelOrder' }));
    await publishEvents(shop.redis, ...events);
    const read = (more: string) => boss.get(`/api/admin/audit?action=cancelOrder${more}`);
    await waitFor(() => read(''), { until: ({ body }) => body.items.length === 3 });
    const first = (await read('&limit=2')).body;
    const second = (await read(`&limit=2&cursor=${first.nextCursor}`)).body;
    const ids = [...first.items, ...second.items].map(({ id }: AuditEntry) => id);
    expect(ids.sort()).toEqual(events.map(({ id }) => id).sort());
    expect(second.nextCursor).toBeNull();
  });

  it('is a table page by page, whose header names the next one', async () => {
    const boss = await adminOf(shop.url);
    const events = [1, 2, 3].map(() => eventOf('order.staff_acted', { action: 'changeDiscount' }));
    await publishEvents(shop.redis, ...events);
    const path = '/api/admin/audit?action=changeDiscount&limit=2';
    const all = '/api/admin/audit?action=changeDiscount';
    await waitFor(() => boss.get(all), { until: ({ body }) => body.items.length === 3 });
    const first = await boss.get(`${path}&format=csv`);
    const cursor = first.headers.get('x-next-cursor');
    expect(cursor).toBe((await boss.get(path)).body.nextCursor);
    const second = await boss.get(`${path}&format=csv&cursor=${cursor}`);
    expect(second.headers.get('x-next-cursor')).toBeNull();
    const rows = [first, second].flatMap(({ body }) => (body as string).trim().split('\r\n').slice(1));
    const ids = rows.map((row) => row.slice(row.lastIndexOf(',') + 1));
    expect(ids.sort()).toEqual(events.map(({ id }) => id).sort());
  });

  it.each([
    'UPDATE audit_entries SET actor_id = NULL',
    'DELETE FROM audit_entries',
    'TRUNCATE audit_entries',
  ])('refuses %s even to the owner of the table', async (statement) => {
    const boss = await adminOf(shop.url);
    const before = (await boss.get('/api/admin/audit')).body.items;
    expect(before.length).toBeGreaterThan(0);
    await expect(shop.sql.query(statement)).rejects.toThrow('the audit log is append-only');
    expect((await boss.get('/api/admin/audit')).body.items).toEqual(before);
  });
});
