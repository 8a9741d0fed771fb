import { connect } from 'node:net';
import { tally } from '@bramble/test-kit/tally';
import { waitFor } from '@bramble/test-kit/wait-for';
import { adminOf, Browser, signedUp } from './browser';
import { newEmail, openShop, PASSWORD, type Shop } from './shop';

const CROWD = 200;

let shop: Shop;
beforeAll(async () => {
  shop = await openShop({ RATE_LIMIT_FACTOR: '1', TRUST_PROXY: '127.0.0.1' });
});
afterAll(() => shop.close());

/** A client behind the trusted proxy, at this address. */
const from = (address: string): Browser =>
  new Browser(shop.url, { 'x-forwarded-for': address, 'sec-fetch-site': 'same-origin' });

/** Wrong passwords from one address, all at once: half of them sign-ins and half requests for tokens. */
function crowdFrom(address: string) {
  const statuses: number[] = [];
  const refused: Headers[] = [];
  const all = Array.from({ length: CROWD }, async (_, n) => {
    const body = { email: newEmail(), password: 'a wrong password' };
    const reply = await from(address).post(n % 2 ? '/api/auth/login' : '/api/auth/token', body);
    statuses.push(reply.status);
    if (reply.status === 429) refused.push(reply.headers);
  });
  return {
    statuses,
    refused,
    ended: Promise.all(all),
    /** How many passwords of the crowd have been compared. */
    compared: () => statuses.filter((status) => status === 401).length,
  };
}

describe('a crowd of wrong sign-ins from one address', () => {
  it('delays only that address: others sign in, renew, sign out and ban meanwhile', async () => {
    const owner = await signedUp(shop.url);
    const leaving = await signedUp(shop.url);
    const banned = await signedUp(shop.url);
    const admin = await adminOf(shop.url);
    const other = from('10.8.1.1');

    const crowd = crowdFrom('10.8.0.1');
    const arrived = () =>
      Promise.all(['login', 'token'].map((name) => shop.redis.get(`limit:${name}:address:10.8.0.1`)));
    await waitFor(arrived, {
      until: (counts) => counts.join() === `${CROWD / 2},${CROWD / 2}`,
      what: 'the whole crowd to arrive',
    });
    /** How many passwords of the crowd were compared until `act` was answered. */
    const until = async (act: Promise<{ status: number }>) => {
      const before = crowd.compared();
      const { status } = await act;
      return { status, compared: crowd.compared() - before };
    };
    const acts = await Promise.all([
      until(other.post('/api/auth/login', { email: owner.email, password: PASSWORD })),
      until(owner.browser.post('/api/auth/refresh')),
      until(admin.patch(`/api/users/${banned.user.id}`, { disabled: true })),
      until(leaving.browser.post('/api/auth/logout')),
    ]);
    const crowdWaits = crowd.statuses.length < CROWD;
    await crowd.ended;

    expect(crowdWaits).toBe(true);
    expect(acts.map(({ status }) => status)).toEqual([200, 200, 200, 204]);
    // The crowd goes on at its own pace meanwhile. Behind the crowd they would wait for nearly all of its 200.
    for (const { compared } of acts) expect(compared).toBeLessThanOrEqual(30);
  }, 120_000);

  it('is refused where too many wait, with the time after which to try again', async () => {
    const crowd = crowdFrom('10.8.0.2');
    await crowd.ended;
    const { statuses, refused } = crowd;
    tally(
      `wrong sign-ins of one address at once: ${crowd.compared()} compared, ${refused.length} refused`,
      CROWD,
      statuses.filter((status) => status !== 401 && status !== 429),
    );
    expect(crowd.compared() + refused.length).toBe(CROWD);
    // 4 at once and 60 that wait; a few more come in when those before them were answered.
    expect(crowd.compared()).toBeGreaterThanOrEqual(64);
    expect(refused.length).toBeGreaterThan(0);
    for (const headers of refused) {
      expect(headers.get('retry-after')).toBe('5');
      expect(headers.get('content-type')).toBe('application/problem+json');
    }
    const metrics = await (await fetch(`${shop.gateway.opsUrl}/metrics`)).text();
    expect(metrics).toMatch(/bramble_http_rejected_total\{[^}]*reason="rate_limit"[^}]*\} [1-9]/);
  }, 120_000);
});

describe('slow requests that wait', () => {
  /** How many sign-ins users has answered so far. */
  const signIns = async (): Promise<number> => {
    const metrics = await (await fetch(`${shop.users.opsUrl}/metrics`)).text();
    const counts = metrics.matchAll(
      /^http_server_request_duration_seconds_count\{[^}]*"\/api\/auth\/login"[^}]*\} (\d+)/gm,
    );
    return [...counts].reduce((sum, [, count]) => sum + Number(count), 0);
  };

  it('are not sent any more when their clients have gone away', async () => {
    const address = '10.8.0.3';
    const body = JSON.stringify({ email: newEmail(), password: 'a wrong password' });
    const head =
      'POST /api/auth/login HTTP/1.1\r\nHost: shop\r\nSec-Fetch-Site: same-origin\r\nContent-Type: application/json\r\n' +
      `X-Forwarded-For: ${address}\r\nContent-Length: ${body.length}\r\n\r\n`;
    const { hostname, port } = new URL(shop.url);
    const warnings: string[] = [];
    const onWarning = ({ name }: Error) => void warnings.push(name);
    process.on('warning', onWarning);
    const before = await signIns();
    const clients = Array.from({ length: 4 }, () => connect(Number(port), hostname));
    // Each sends all of its requests without waiting for their answers.
    for (const client of clients) client.on('error', () => undefined).write(`${head}${body}`.repeat(15));
    await waitFor(() => shop.redis.get(`limit:login:address:${address}`), {
      until: (count) => count === '60',
      what: 'all sign-ins to arrive',
    });
    const sent = (await signIns()) - before;
    for (const client of clients) client.resetAndDestroy();
    const own = await from(address).post('/api/auth/login', { email: newEmail(), password: PASSWORD });
    process.off('warning', onWarning);
    expect([own.status, warnings]).toEqual([401, []]);
    // Four were under way, and a few had their turn before their connection closed.
    expect((await signIns()) - before - sent).toBeLessThanOrEqual(15);
  }, 60_000);

  it('have small bodies, announced or not', async () => {
    const body = JSON.stringify({ email: newEmail(), password: 'x'.repeat(4_100) });
    for (const path of ['/api/auth/login', '/api/auth/token', '/api/auth/signup']) {
      const announced = await from('10.8.0.4').post(path, body);
      expect([announced.status, announced.body.code]).toEqual([413, 'body_too_large']);
      const streamed = await fetch(new URL(path, shop.url), {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'sec-fetch-site': 'same-origin' },
        body: new Blob([body]).stream(),
        duplex: 'half',
      } as RequestInit);
      expect([streamed.status, await streamed.json()]).toMatchObject([413, { code: 'body_too_large' }]);
    }
  });
});
