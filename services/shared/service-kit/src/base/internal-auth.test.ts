import { signInternalToken, verifyInternalToken, type InternalClaims } from './internal-auth';

const key = 'k'.repeat(32);
const claims: InternalClaims = { sub: 'u', roles: ['customer'], kind: 'user', secure: true, cid: 'c' };

describe('internal tokens', () => {
  afterEach(() => jest.useRealTimers());

  it('carry their claims', () => {
    expect(verifyInternalToken(key, signInternalToken(key, claims))).toMatchObject(claims);
  });

  it('are refused when forged, altered, or signed with another key', () => {
    const token = signInternalToken(key, claims);
    const [body = '', signature = ''] = token.split('.');
    const admin = Buffer.from(JSON.stringify({ ...claims, roles: ['admin'], exp: 9e9 })).toString(
      'base64url',
    );
    for (const forged of [
      '',
      '.',
      'x',
      `${body}.`,
      `.${signature}`,
      `${admin}.${signature}`,
      signInternalToken('z'.repeat(32), claims),
      `${token}A`,
    ]) {
      expect(verifyInternalToken(key, forged)).toBeUndefined();
    }
  });

  it('expire after a minute', () => {
    jest.useFakeTimers();
    const token = signInternalToken(key, claims);
    jest.advanceTimersByTime(61_000);
    expect(verifyInternalToken(key, token)).toBeUndefined();
  });
});
