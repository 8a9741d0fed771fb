import { createLinkSigner } from './link-token';

it('opens only what it signed, for the purpose it was signed for', () => {
  const links = createLinkSigner('a secret');
  const token = links.sign('verify-email', 'id-1');
  expect(links.open('verify-email', token)).toBe('id-1');
  expect(links.open('reset-password', token)).toBeUndefined();
  expect(createLinkSigner('another').open('verify-email', token)).toBeUndefined();
  for (const forged of ['', '.', 'id-1.', 'id-2' + token.slice(4), token.slice(0, -3)])
    expect(links.open('verify-email', forged)).toBeUndefined();
});
