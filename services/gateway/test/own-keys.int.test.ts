import { type InternalClaims, signInternalToken } from '@bramble/service-kit/base/internal-auth';
import { callKey, serviceKey } from '@bramble/service-kit/base/internal-keys';
import { testEnv } from '@bramble/test-kit/env';
import { buildGateway } from '../src/app';
import { loadGatewayConfig } from '../src/config';
import { signedUp } from './browser';
import { openShop, type Shop } from './shop';

const TOKEN_KEY = 'own-keys-own-keys-own-keys-own-keys';
const called = ['users', 'catalog', 'orders', 'payments', 'delivery'];
const keyOf = (name: string, kind: InternalClaims['kind']) =>
  callKey(serviceKey(TOKEN_KEY, name), name, kind);
/** What the gateway's pod gets: its own key, and two for each service behind it. */
const gatewayKeys = {
  INTERNAL_KEY: serviceKey(TOKEN_KEY, 'gateway'),
  ...Object.fromEntries(
    called.flatMap((name) => [
      [`INTERNAL_USER_KEY_${name.toUpperCase()}`, keyOf(name, 'user')],
      [`INTERNAL_SERVICE_KEY_${name.toUpperCase()}`, keyOf(name, 'service')],
    ]),
  ),
};
const usersKeys = { INTERNAL_TOKEN_KEY: '', INTERNAL_KEY: serviceKey(TOKEN_KEY, 'users') };

describe('users and the gateway with the keys of their pods', () => {
  let shop: Shop;
  beforeAll(async () => {
    shop = await openShop(usersKeys, gatewayKeys);
  });
  afterAll(() => shop.close());

  const statusOf = async (key: string, kind: InternalClaims['kind']) => {
    const claims = { sub: null, roles: [], kind, secure: false, cid: 'c' } satisfies InternalClaims;
    const headers = { 'x-internal-token': signInternalToken(key, 'users', claims) };
    return (await fetch(`${shop.users.url}/internal/keys`, { headers })).status;
  };

  it('sign in, keep sessions and answer', async () => {
    const { browser } = await signedUp(shop.url);
    expect((await browser.get('/api/auth/me')).status).toBe(200);
    expect((await browser.post('/api/auth/refresh')).status).toBe(200);
  });

  it('refuse what another service could sign with its own key', async () => {
    expect(await statusOf(keyOf('users', 'service'), 'service')).toBe(200);
    for (const name of ['gateway', ...called.filter((other) => other !== 'users')]) {
      expect(await statusOf(serviceKey(TOKEN_KEY, name), 'service')).toBe(401);
      expect(await statusOf(keyOf(name, 'service'), 'service')).toBe(401);
    }
  });
});

it('the gateway does not start without the key of a service behind it', () => {
  const nowhere = 'redis://127.0.0.1:9';
  const env = { ...usersKeys, ...gatewayKeys, REDIS_EVENTS_URL: nowhere, REDIS_CACHE_URL: nowhere };
  const build = () => buildGateway(loadGatewayConfig(testEnv({ ...env, INTERNAL_USER_KEY_ORDERS: '' })));
  expect(build).toThrow('INTERNAL_USER_KEY_ORDERS is missing');
});
