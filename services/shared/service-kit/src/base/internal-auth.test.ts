import { createHmac } from 'node:crypto';
import { serviceNames as services } from '@bramble/contracts/services';
import { derivedKey } from './derived-key';
import { type InternalClaims, signInternalToken, verifyInternalToken } from './internal-auth';
import { callKey, serviceKey } from './internal-keys';

const secret = 'k'.repeat(32);
const sign = (audience: string, signed: InternalClaims, tokenKey = secret) =>
  signInternalToken(callKey(serviceKey(tokenKey, audience), audience, signed.kind), audience, signed);
const verify = (audience: string, token: string) =>
  verifyInternalToken(serviceKey(secret, audience), audience, token);
const claims: InternalClaims = { sub: 'u', roles: ['customer'], kind: 'user', secure: true, cid: 'c' };

const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
/** A token that is signed as the kit signs it, with whatever header and claims. */
const signed = (header: object, payload: object, audience: string, kind: InternalClaims['kind'] = 'user') => {
  const text = `${encode(header)}.${encode(payload)}`;
  const key = callKey(serviceKey(secret, audience), audience, kind);
  return `${text}.${createHmac('sha256', key).update(text).digest('base64url')}`;
};

describe('internal tokens', () => {
  afterEach(() => jest.useRealTimers());

  it('carry their claims to the service they are for', () => {
    for (const name of services)
      for (const kind of ['user', 'service'] as const)
        expect(verify(name, sign(name, { ...claims, kind }))).toEqual({ ...claims, kind });
  });

  it('for one service are refused by every other', () => {
    for (const audience of services) {
      const token = sign(audience, claims);
      for (const other of services.filter((name) => name !== audience))
        expect(verify(other, token)).toBeUndefined();
    }
  });

  it('name their audience, so that a stolen key cannot call another service', () => {
    const exp = Math.floor(Date.now() / 1000) + 60;
    const header = { alg: 'HS256', typ: 'JWT', kid: 'user' };
    const genuine = signed(header, { ...claims, aud: 'orders', exp }, 'orders');
    expect(verify('orders', genuine)).toEqual(claims);
    const { exp: _exp, ...endless } = { ...claims, aud: 'orders', exp };
    for (const forged of [
      signed(header, { ...claims, aud: 'payments', exp }, 'orders'),
      signed(header, { ...claims, exp }, 'orders'),
      signed(header, endless, 'orders'),
      signed({ ...header, alg: 'none' }, { ...claims, aud: 'orders', exp }, 'orders'),
      signed({ alg: 'HS256', typ: 'JWT' }, { ...claims, aud: 'orders', exp }, 'orders'),
    ])
      expect(verify('orders', forged)).toBeUndefined();
  });

  it('are of the kind of caller whose key signed them, and a job has no user', () => {
    const payload = { ...claims, aud: 'orders', exp: Math.floor(Date.now() / 1000) + 60 };
    const nobody = { ...payload, sub: null, roles: [] };
    const header = { alg: 'HS256', typ: 'JWT' };
    const by = (key: InternalClaims['kind'], kid: string, kind: string, more: object = payload) =>
      verify('orders', signed({ ...header, kid }, { ...more, kind }, 'orders', key));
    expect(by('service', 'service', 'service')).toMatchObject({ kind: 'service' });
    expect(by('job', 'job', 'job', nobody)).toMatchObject({ kind: 'job' });
    expect(by('job', 'job', 'job')).toBeUndefined();
    expect(by('job', 'job', 'job', { ...nobody, roles: ['admin'] })).toBeUndefined();
    for (const key of ['user', 'service', 'job'] as const)
      for (const other of ['user', 'service', 'job'].filter((kind) => kind !== key)) {
        expect(by(key, other, other, nobody)).toBeUndefined();
        expect(by(key, key, other, nobody)).toBeUndefined();
      }
  });

  it('are refused when forged, altered, or signed with another key', () => {
    const token = sign('orders', claims);
    const [header = '', payload = '', signature = ''] = token.split('.');
    const admin = encode({ ...claims, roles: ['admin'], aud: 'orders', exp: 9e9 });
    for (const forged of [
      '',
      '.',
      '..',
      'x',
      payload,
      `${header}.${payload}`,
      `${header}.${payload}.`,
      `${payload}.${signature}`,
      `${header}.${admin}.${signature}`,
      `${header}.${admin}.`,
      `${encode({ alg: 'none' })}.${admin}.`,
      sign('orders', claims, 'z'.repeat(32)),
      `${token}A`,
      `${token}.`,
      `${token}=`,
    ])
      expect(verify('orders', forged)).toBeUndefined();
  });

  it('expire after a minute, while the wall clocks may differ by ten minutes', () => {
    jest.useFakeTimers();
    const stolen = sign('orders', claims);
    expect(verify('orders', stolen)).toEqual(claims);
    jest.advanceTimersByTime(50_000);
    expect(verify('orders', stolen)).toEqual(claims);
    jest.advanceTimersByTime(80_000);
    expect(verify('orders', stolen)).toBeUndefined();
    for (const step of [-600_000, 600_000, 600_000]) {
      const next = sign('orders', claims);
      jest.setSystemTime(Date.now() + step);
      expect(verify('orders', next)).toEqual(claims);
      expect(verify('orders', stolen)).toBeUndefined();
    }
  });
});

describe('a derived key', () => {
  it('is the same for the same purpose, and another for another purpose or secret', () => {
    const key = derivedKey(secret, 'one');
    expect(derivedKey(secret, 'one')).toEqual(key);
    expect(derivedKey(secret, 'two')).not.toEqual(key);
    expect(derivedKey('another secret', 'one')).not.toEqual(key);
  });

  it('is HKDF-SHA256 without salt', () => {
    // RFC 5869, test case 3, extended to 32 bytes of the same output block.
    expect(derivedKey('\v'.repeat(22), '').toString('hex')).toBe(
      '8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d',
    );
  });
});
