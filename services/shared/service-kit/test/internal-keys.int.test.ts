import { ConfigError } from '../src/base/config';
import { type InternalClaims, signInternalToken } from '../src/base/internal-auth';
import { callKey, serviceKey } from '../src/base/internal-keys';
import { createUpstream } from '../src/http/client';
import type { Service } from '../src/runtime/service';
import { buildToy, loadToyConfig, TOY_KEY } from './toy-service';

const claims: InternalClaims = { sub: 'u1', roles: ['admin'], kind: 'user', secure: false, cid: 'c' };
/** The keys of one pod, and no key from which others could be derived. */
const pod = { INTERNAL_TOKEN_KEY: '', INTERNAL_KEY: serviceKey(TOY_KEY, 'users') };

describe('a service that has only its own key', () => {
  let service: Service;
  let url: string;
  beforeAll(async () => {
    service = buildToy(loadToyConfig(pod));
    url = `http://127.0.0.1:${(await service.start()).port}`;
  });
  afterAll(() => service.stop());

  const statusWith = async (key: string, more: Partial<InternalClaims> = {}, path = '/api/hello') => {
    const token = signInternalToken(key, 'users', { ...claims, ...more });
    return (await fetch(url + path, { headers: { 'x-internal-token': token } })).status;
  };
  const keyOf = (name: string, kind: InternalClaims['kind']) =>
    callKey(serviceKey(TOY_KEY, name), name, kind);

  it('accepts the tokens of each kind of caller that has the key for this service', async () => {
    expect(await statusWith(keyOf('users', 'user'))).toBe(200);
    expect(await statusWith(keyOf('users', 'service'), { kind: 'service' }, '/internal/inside')).toBe(200);
    const job: Partial<InternalClaims> = { kind: 'job', sub: null, roles: [] };
    expect(await statusWith(keyOf('users', 'job'), job, '/internal/jobs')).toBe(200);
  });

  it('lets a job call what is for jobs alone', async () => {
    const job: Partial<InternalClaims> = { kind: 'job', sub: null, roles: [] };
    expect(await statusWith(keyOf('users', 'job'), job, '/internal/inside')).toBe(403);
    expect(await statusWith(keyOf('users', 'job'), job, '/api/notes/mine')).toBe(401);
  });

  it('lets a service act as no user where users call, not even as an admin', async () => {
    const key = keyOf('users', 'service');
    expect(await statusWith(keyOf('users', 'user'), {}, '/api/notes/mine')).toBe(200);
    expect(await statusWith(key, { kind: 'service' }, '/api/notes/mine')).toBe(403);
    const admin: Partial<InternalClaims> = { kind: 'service', roles: ['seller', 'admin'] };
    expect(await statusWith(key, admin, '/api/notes/mine')).toBe(403);
    expect(await statusWith(key, { kind: 'service', sub: null, roles: [] }, '/api/notes/mine')).toBe(401);
  });

  it.each(['gateway', 'catalog', 'orders', 'payments', 'delivery'])(
    'answers 401 to every token that was made with a key of %s',
    async (name) => {
      expect(await statusWith(serviceKey(TOY_KEY, name))).toBe(401);
      for (const kind of ['user', 'service', 'job'] as const)
        expect(await statusWith(keyOf(name, kind), { kind })).toBe(401);
    },
  );

  it('answers 401 to a job whose token has the kind of a user, or names a user', async () => {
    const key = keyOf('users', 'job');
    for (const kind of ['user', 'service', 'job'] as const) expect(await statusWith(key, { kind })).toBe(401);
  });

  it('cannot make a client of a service whose key it does not have', () => {
    expect(() => createUpstream(service, { name: 'orders', url: 'http://127.0.0.1:9' })).toThrow(
      'INTERNAL_SERVICE_KEY_ORDERS is missing',
    );
  });
});

it('a service without any key does not start, and says which is missing', () => {
  const load = () => loadToyConfig({ INTERNAL_TOKEN_KEY: '' });
  expect(load).toThrow(ConfigError);
  expect(load).toThrow('INTERNAL_KEY is missing');
});
