import { readNext } from './next-path';

it('goes on to paths of this shop', () => {
  expect(readNext({ next: '/checkout' })).toEqual({ next: '/checkout' });
  expect(readNext({ next: '/orders/1?x=2' })).toEqual({ next: '/orders/1?x=2' });
});

it.each([
  '//evil.example',
  '/\\evil.example',
  'https://evil.example',
  'javascript:alert(1)',
  '',
  7,
  undefined,
])('does not go on to %p', (next) => {
  expect(readNext({ next })).toEqual({});
});
