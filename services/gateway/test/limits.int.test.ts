import { tally } from '@bramble/test-kit/tally';
import { Browser, signedUp } from './browser';
import { newEmail, openShop, PASSWORD, type Shop } from './shop';

let shop: Shop;
beforeAll(async () => {
  shop = await openShop({ RATE_LIMIT_FACTOR: '1', TRUST_PROXY: '127.0.0.1' });
});
afterAll(() => shop.close());

/** A client behind the trusted proxy, at this address. */
const from = (address: string, more: Record<string, string> = {}): Browser =>
  new Browser(shop.url, { 'x-forwarded-for': address, 'sec-fetch-site': 'same-origin', ...more });
const guess = (address: string, email: string, password = 'a guess') =>
  from(address).post('/api/auth/login', { email, password });
const hashed = async (): Promise<number> => {
  const metrics = await (await fetch(`${shop.users.opsUrl}/metrics`)).text();
  return Number(
    /bramble_password_hash_duration_seconds_count\{[^}]*verify[^}]*\} (\d+)/.exec(metrics)?.[1] ?? 0,
  );
};

it('lets at most 50 of 1,000 guesses over 100 addresses reach argon2, and still signs the owner in', async () => {
  const { email } = await signedUp(shop.url);
  await from('10.9.0.1').post('/api/auth/login', { email, password: PASSWORD });
  const before = await hashed();
  for (let round = 0; round < 10; round++)
    await Promise.all(Array.from({ length: 100 }, (_, n) => guess(`10.1.0.${n}`, email)));
  const reached = (await hashed()) - before;
  tally(
    `guesses at one password over 100 addresses (${reached} reached argon2, 50 may)`,
    1_000,
    reached > 50 ? [reached] : [],
  );
  expect(reached).toBeGreaterThan(0);
  expect(reached).toBeLessThanOrEqual(50);
  const refused = await guess('10.1.0.1', email);
  expect([refused.status, refused.body.code]).toEqual([429, 'rate_limited']);
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
  expect((await guess('10.9.0.1', email, PASSWORD)).status).toBe(200);
}, 60_000);

it('limits guesses at an address without an account in the same way', async () => {
  const email = newEmail();
  const statuses: number[] = [];
  for (let n = 0; n < 12; n++) statuses.push((await guess('10.2.0.1', email)).status);
  expect(statuses).toEqual([...Array<number>(10).fill(401), 429, 429]);
});

it('resets the count of wrong passwords after the right one', async () => {
  const { email } = await signedUp(shop.url);
  for (let round = 0; round < 3; round++) {
    for (let n = 0; n < 8; n++) expect((await guess('10.3.0.1', email)).status).toBe(401);
    expect((await guess('10.3.0.1', email, PASSWORD)).status).toBe(200);
  }
});

it('counts requests with forged forwarding headers as one address, and an IPv6 /56 as one', async () => {
  const left = async (forwardedFor: string) =>
    Number(
      /r=(\d+)/.exec((await guess(forwardedFor, newEmail())).headers.get('ratelimit') ?? '')?.[1] ??
        Number.NaN,
    );
  const first = await left('1.1.1.1, 10.4.0.1');
  const spoofs = ['2.2.2.2', 'nonsense', '127.0.0.1', '::1', '2.2.2.2, 3.3.3.3', '"; DROP', '10.4.0.2,,'];
  const seen: number[] = [];
  for (const spoof of spoofs) seen.push(await left(`${spoof}, 10.4.0.1`));
  const wanted = spoofs.map((_, n) => first - 1 - n);
  tally(
    'spoofed X-Forwarded-For, counted in the same bucket',
    spoofs.length,
    seen.filter((count, n) => count !== wanted[n]),
  );
  expect(seen).toEqual(wanted);
  const household = await left('2001:db8:1:2200::1');
  expect(await left('2001:db8:1:22ff:1:2:3:4')).toBe(household - 1);
  expect(await left('2001:db8:1:2300::1')).toBe(household);
});

it('answers how many requests are left, and 429 when none is', async () => {
  const replies = [];
  for (let n = 0; n < 121; n++) replies.push(await from('10.5.0.1').post('/api/auth/login', {}));
  expect(replies[0]?.headers.get('ratelimit-policy')).toBe('"login";q=120;w=60');
  expect(replies.map(({ status }) => status)).toEqual([...Array<number>(120).fill(400), 429]);
  expect(replies.at(-1)?.headers.get('content-type')).toBe('application/problem+json');
  expect(await shop.redis.get('limit:login:address:10.5.0.1')).toBe('121');
});
