import { type OwnRedis, startOwnRedis } from '@bramble/test-kit/own-redis';
import { Browser, signedUp } from './browser';
import { newEmail, openShop, PASSWORD, type Shop } from './shop';

let cache: OwnRedis;
let shop: Shop;
beforeAll(async () => {
  cache = await startOwnRedis();
  shop = await openShop({ RATE_LIMIT_FACTOR: '1', TRUST_PROXY: '127.0.0.1', REDIS_CACHE_URL: cache.url });
});
afterAll(async () => {
  await shop.close();
  await cache.stop();
});

const login = (address: string, email: string, password = 'a guess') =>
  new Browser(shop.url, { 'x-forwarded-for': address, 'sec-fetch-site': 'same-origin' }).post(
    '/api/auth/login',
    { email, password },
  );

describe('when the cache loses all it held, as it may at any time', () => {
  it('wrong passwords stay counted', async () => {
    const email = newEmail();
    for (let n = 0; n < 10; n++) expect((await login('10.1.0.1', email)).status).toBe(401);
    expect((await login('10.1.0.1', email)).status).toBe(429);
    await cache.client.flushall();
    expect((await login('10.1.0.1', email)).status).toBe(429);
  });

  it('the requests of an address stay counted', async () => {
    const left = async () =>
      Number(/r=(\d+)/.exec((await login('10.2.0.1', newEmail())).headers.get('ratelimit') ?? '')?.[1]);
    const before = await left();
    await cache.client.flushall();
    expect(await left()).toBe(before - 1);
  });

  it('the owner still signs in from a known address while strangers guess', async () => {
    const { email } = await signedUp(shop.url);
    expect((await login('10.3.0.1', email, PASSWORD)).status).toBe(200);
    await cache.client.flushall();
    for (let n = 0; n < 60; n++) await login(`10.4.0.${n}`, email);
    expect((await login('10.4.0.99', email, PASSWORD)).status).toBe(429);
    expect((await login('10.3.0.1', email, PASSWORD)).status).toBe(200);
  }, 30_000);
});

it('asks for three mails to reset a password of one mailbox in 15 minutes, and answers known and unknown ones alike', async () => {
  const { email } = await signedUp(shop.url);
  const ask = (address: string, recipient: string) =>
    new Browser(shop.url, { 'x-forwarded-for': address, 'sec-fetch-site': 'same-origin' }).post(
      '/api/auth/forgot-password',
      {
        email: recipient,
      },
    );
  const unknown = newEmail();
  for (let n = 0; n < 6; n++)
    for (const recipient of [email, unknown]) {
      const reply = await ask(`10.5.0.${n}`, recipient);
      expect([reply.status, reply.body]).toEqual([204, undefined]);
    }
  const { rowCount } = await shop.sql.query(
    "SELECT FROM mail_jobs WHERE recipient = $1 AND kind = 'reset-password'",
    [email],
  );
  expect(rowCount).toBe(3);
});
