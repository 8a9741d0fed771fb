import { adminOf, Browser, signedUp, statusOf } from './browser';
import { openShop, PASSWORD, type Shop } from './shop';

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
});
afterAll(() => shop.close());

interface Listed {
  id: string;
  device: string | null;
  place: string | null;
  createdAt: string;
  usedAt: string;
  current: boolean;
}
const sessionsOf = async (browser: Browser): Promise<Listed[]> =>
  (await browser.get('/api/auth/sessions')).body.items as Listed[];

/** An account that is signed in twice. */
async function signedInTwice() {
  const { browser, email } = await signedUp(shop.url);
  const other = new Browser(shop.url);
  await other.post('/api/auth/login', { email, password: PASSWORD }, { 'user-agent': 'Telephone/1.0' });
  return { browser, other };
}

describe('one’s sessions', () => {
  it('are listed with device, address and last use; no one else sees them', async () => {
    const { browser, other } = await signedInTwice();
    const listed = await sessionsOf(browser);
    expect(listed.map(({ device, current }) => [device, current])).toEqual([
      ['Telephone/1.0', false],
      [expect.any(String), true],
    ]);
    expect(listed.every(({ place }) => place === '127.0.0.1')).toBe(true);
    await browser.post('/api/auth/refresh');
    const [first] = await sessionsOf(browser);
    expect(first?.current).toBe(true);
    expect(Date.parse(first?.usedAt ?? '')).toBeGreaterThan(Date.parse(first?.createdAt ?? ''));

    const { browser: stranger } = await signedUp(shop.url);
    const theirs = (await sessionsOf(stranger)).map(({ id }) => id);
    expect(theirs.length).toBeGreaterThan(0);
    for (const { id } of listed) {
      expect(theirs).not.toContain(id);
      expect((await stranger.delete(`/api/auth/sessions/${id}`)).status).toBe(404);
    }
    expect(await statusOf(other)).toBe(200);
  });

  it('end one by one, at once', async () => {
    const { browser, other } = await signedInTwice();
    const theOther = (await sessionsOf(browser)).find(({ current }) => !current);
    expect((await browser.delete(`/api/auth/sessions/${theOther?.id}`)).status).toBe(204);
    expect(await statusOf(other)).toBe(401);
    expect((await other.post('/api/auth/refresh')).status).toBe(401);
    expect((await sessionsOf(browser)).map(({ current }) => current)).toEqual([true]);
    expect((await browser.delete(`/api/auth/sessions/${theOther?.id}`)).status).toBe(404);
    const { rows } = await shop.sql.query('SELECT device, place FROM sessions WHERE id = $1', [theOther?.id]);
    expect(rows).toEqual([{ device: null, place: null }]);
  });

  it('of a demo account are each visitor’s own', async () => {
    const [mine, theirs] = [await adminOf(shop.url), await adminOf(shop.url)];
    const [own, another] = [await sessionsOf(mine), await sessionsOf(theirs)];
    expect([own.map(({ current }) => current), another.map(({ current }) => current)]).toEqual([
      [true],
      [true],
    ]);
    const reply = await mine.delete(`/api/auth/sessions/${another[0]?.id}`);
    expect(reply).toMatchObject({ status: 409, body: { code: 'demo_account' } });
    expect((await mine.delete('/api/auth/sessions')).status).toBe(409);
    expect(await statusOf(theirs)).toBe(200);
    expect((await mine.delete(`/api/auth/sessions/${own[0]?.id}`)).status).toBe(204);
    expect([await statusOf(mine), await statusOf(theirs)]).toEqual([401, 200]);
  });

  it('end all at once', async () => {
    const { browser, other } = await signedInTwice();
    expect((await other.delete('/api/auth/sessions')).status).toBe(204);
    expect(other.cookies.size).toBe(0);
    for (const each of [browser, other]) expect(await statusOf(each)).toBe(401);
    expect((await browser.post('/api/auth/refresh')).status).toBe(401);
  });
});
