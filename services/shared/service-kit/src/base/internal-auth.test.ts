import { createHmac } from 'node:crypto';
import { serviceNames as services } from '@bramble/contracts/services';
import { derivedKey } from './derived-key';
import { type InternalClaims, signInternalToken, verifyInternalToken } from './internal-auth';

const secret = 'k'.repeat(32);
const claims: InternalClaims = { sub: 'u', roles: ['customer'], kind: 'user', secure: true, cid: 'c' };

const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
/** A token that is signed as the kit signs it, with whatever header and claims. */
const signed = (header: object, payload: object, audience: string) => {
  const text = `${encode(header)}.${encode(payload)}`;
  const key = derivedKey(secret, `bramble internal token for ${audience}`);
  return `${text}.${createHmac('sha256', key).update(text).digest('base64url')}`;
};

describe('internal tokens', () => {
  afterEach(() => jest.useRealTimers());

  it('carry their claims to the service they are for', () => {
    for (const name of services)
      expect(verifyInternalToken(secret, name, signInternalToken(secret, name, claims))).toEqual(claims);
  });

  it('for one service are refused by every other', () => {
    for (const audience of services) {
      const token = signInternalToken(secret, audience, claims);
      for (const other of services.filter((name) => name !== audience))
        expect(verifyInternalToken(secret, other, token)).toBeUndefined();
    }
  });

  it('name their audience, so a key in wrong hands is good for no other service either', () => {
    const exp = Math.floor(Date.now() / 1000) + 60;
    const header = { alg: 'HS256', typ: 'JWT' };
    const genuine = signed(header, { ...claims, aud: 'orders', exp }, 'orders');
    expect(verifyInternalToken(secret, 'orders', genuine)).toEqual(claims);
    const { exp: _exp, ...endless } = { ...claims, aud: 'orders', exp };
    for (const forged of [
      signed(header, { ...claims, aud: 'payments', exp }, 'orders'),
      signed(header, { ...claims, exp }, 'orders'),
      signed(header, endless, 'orders'),
      signed({ alg: 'none', typ: 'JWT' }, { ...claims, aud: 'orders', exp }, 'orders'),
    ])
      expect(verifyInternalToken(secret, 'orders', forged)).toBeUndefined();
  });

  it('are refused when forged, altered, or signed with another key', () => {
    const token = signInternalToken(secret, 'orders', claims);
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
      signInternalToken('z'.repeat(32), 'orders', claims),
      `${token}A`,
      `${token}.`,
      `${token}=`,
    ])
      expect(verifyInternalToken(secret, 'orders', forged)).toBeUndefined();
  });

  it('expire after a minute, while the clocks of the day may differ by ten minutes', () => {
    jest.useFakeTimers();
    const stolen = signInternalToken(secret, 'orders', claims);
    expect(verifyInternalToken(secret, 'orders', stolen)).toEqual(claims);
    jest.advanceTimersByTime(50_000);
    expect(verifyInternalToken(secret, 'orders', stolen)).toEqual(claims);
    jest.advanceTimersByTime(80_000);
    expect(verifyInternalToken(secret, 'orders', stolen)).toBeUndefined();
    for (const step of [-600_000, 600_000, 600_000]) {
      const next = signInternalToken(secret, 'orders', claims);
      jest.setSystemTime(Date.now() + step);
      expect(verifyInternalToken(secret, 'orders', next)).toEqual(claims);
      expect(verifyInternalToken(secret, 'orders', stolen)).toBeUndefined();
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
