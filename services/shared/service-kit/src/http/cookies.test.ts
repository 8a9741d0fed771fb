import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { clearCookie, parseCookies, readCookie, setCookie } from './cookies';

const request = (cookie: string) => Object.assign(new IncomingMessage(new Socket()), { headers: { cookie } });

describe('cookies', () => {
  it('are bound to the host over https and plain over http', () => {
    const res = new ServerResponse(request(''));
    setCookie(res, 'access', 'a.b', { secure: true, maxAgeSeconds: 600 });
    setCookie(res, 'cart', 'c', { secure: false, maxAgeSeconds: 60 });
    clearCookie(res, 'refresh', true);
    expect(res.getHeader('set-cookie')).toEqual([
      '__Host-bramble_access=a.b; Max-Age=600; Path=/; HttpOnly; Secure; SameSite=Strict',
      'bramble_cart=c; Max-Age=60; Path=/; HttpOnly; SameSite=Strict',
      '__Host-bramble_refresh=; Max-Age=0; Path=/; HttpOnly; Secure; SameSite=Strict',
    ]);
  });

  it('are read over https by their host-bound name only', () => {
    const req = request('bramble_access=planted; __Host-bramble_access=mine');
    expect(readCookie(req, 'access', true)).toBe('mine');
    expect(readCookie(request('bramble_access=planted'), 'access', true)).toBeUndefined();
  });

  it('are the first ones when a name is sent twice', () => {
    expect(parseCookies('a=1; a=2; b')).toEqual({ a: '1' });
    expect(parseCookies(undefined)).toEqual({});
  });

  it('are read as they were sent', () => {
    expect(parseCookies('a=%41; b="x"; __proto__=1')).toMatchObject({ a: '%41', b: '"x"' });
  });
});
