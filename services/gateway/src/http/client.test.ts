import type { IncomingMessage } from 'node:http';
import { clientReader } from './client';

const request = (remoteAddress: string, headers: Record<string, string> = {}) =>
  ({
    socket: { remoteAddress },
    headers: { host: 'Shop.example', ...headers },
  }) as unknown as IncomingMessage;

describe('the sender of a request', () => {
  it('is the address of the connection unless a proxy is trusted', () => {
    const read = clientReader([]);
    const forwarded = {
      'x-forwarded-for': '8.8.8.8',
      'x-forwarded-proto': 'https',
      'x-forwarded-host': 'other.example',
    };
    expect(read(request('::ffff:10.0.0.7', forwarded))).toEqual({
      address: '10.0.0.7',
      secure: false,
      origin: 'http://shop.example',
    });
  });

  it('is the rightmost address that is not a trusted proxy', () => {
    const read = clientReader(['10.0.0.0/8', 'fd00::/8']);
    const address = (forwardedFor: string, peer = '10.0.0.1') =>
      read(request(peer, { 'x-forwarded-for': forwardedFor })).address;
    expect(address('1.1.1.1, 2.2.2.2, 10.0.0.9')).toBe('2.2.2.2');
    expect(address('9.9.9.9', 'fd00::1')).toBe('9.9.9.9');
    expect(address('forged, 3.3.3.3')).toBe('3.3.3.3');
    expect(address('forged')).toBe('10.0.0.1');
    expect(address('9.9.9.9', '11.0.0.1')).toBe('11.0.0.1');
  });

  it('has the scheme and host that a trusted proxy names, when it is a host', () => {
    const read = clientReader(['10.0.0.1']);
    const origin = (host: string) =>
      read(request('10.0.0.1', { 'x-forwarded-proto': 'https', 'x-forwarded-host': host })).origin;
    expect(origin('shop.example:8443')).toBe('https://shop.example:8443');
    expect(origin('evil.example/path')).toBe('https://shop.example');
  });

  it('is counted by the /56 of an IPv6 address', () => {
    const read = clientReader([]);
    const address = (peer: string) => read(request(peer)).address;
    expect(address('2001:db8:1:22ff::1')).toBe('2001:0db8:0001:2200::/56');
    expect(address('2001:db8:1:2200:5:6:7:8')).toBe('2001:0db8:0001:2200::/56');
    expect(address('::1')).toBe('0000:0000:0000:0000::/56');
  });
});
