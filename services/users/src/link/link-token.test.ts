import { SignJWT } from 'jose';
import { derivedKey } from '@bramble/service-kit/base/derived-key';
import { signInternalToken } from '@bramble/service-kit/base/internal-auth';
import { createLinkSigner } from './link-token';

const secret = 'a secret';

it('opens only what it signed, for the purpose it was signed for', async () => {
  const links = createLinkSigner(secret);
  const token = await links.sign('verify-email', 'id-1');
  const [header = '', payload = '', signature = ''] = token.split('.');
  expect(await links.open('verify-email', token)).toBe('id-1');
  expect(await links.open('reset-password', token)).toBeUndefined();
  expect(await createLinkSigner('another').open('verify-email', token)).toBeUndefined();
  const other = Buffer.from(JSON.stringify({ jti: 'id-2', aud: 'verify-email' })).toString('base64url');
  for (const forged of [
    '',
    '.',
    'id-1.',
    `${header}.${payload}.`,
    `${header}.${other}.${signature}`,
    token.slice(0, -3),
    signInternalToken(secret, 'users', { sub: null, roles: [], kind: 'user', secure: true, cid: 'c' }),
  ])
    expect(await links.open('verify-email', forged)).toBeUndefined();
});

it('opens no token of its own key that names another purpose or no link', async () => {
  const links = createLinkSigner(secret);
  const key = derivedKey(secret, 'bramble one-time link for reset-password');
  const signed = (jwt: SignJWT) => jwt.setProtectedHeader({ alg: 'HS256' }).sign(key);
  const genuine = new SignJWT().setJti('id-1').setAudience('reset-password');
  expect(await links.open('reset-password', await signed(genuine))).toBe('id-1');
  for (const jwt of [
    new SignJWT().setJti('id-1').setAudience('verify-email'),
    new SignJWT().setJti('id-1'),
    new SignJWT().setAudience('reset-password'),
  ])
    expect(await links.open('reset-password', await signed(jwt))).toBeUndefined();
});
