import { networkOf } from './security-log';

it.each([
  ['203.0.113.7', '203.0.113.0/24'],
  ['127.0.0.1', '127.0.0.0/24'],
  ['2001:0db8:0001:ab00::/56', '2001:0db8:0001:ab00::/56'],
  ['2001:db8::1', 'unknown'],
  ['unknown', 'unknown'],
])('the network of %s is %s', (address, network) => {
  expect(networkOf(address)).toBe(network);
});
