import { authApi } from './auth';
import type { CallRequest } from './call';
import { ordersApi } from './orders';
import { shopCallBy } from './shop-call';

const user = {
  id: '0198c5f2-3b7a-7c11-9d55-2f6f4f2b8a10',
  email: 'ada@example.com',
  name: 'Ada',
  roles: ['customer'],
  createdAt: '2026-11-24T09:30:00.000Z',
};
const body = { email: user.email, password: 'a-long-password-1', name: user.name };

describe('a call from outside the shop', () => {
  const signUp = async (cookies: string[]): Promise<string[]> => {
    const tokens: string[] = [];
    const call = shopCallBy(() => Promise.resolve({ status: 201, text: JSON.stringify({ user }), cookies }));
    await call(authApi.signup, { body, onAccessToken: (token) => tokens.push(token) });
    return tokens;
  };

  it('answers the access token of a session that it opens, over http and https', async () => {
    expect(await signUp(['bramble_cart=c', 'bramble_access=t.1; Path=/; HttpOnly'])).toEqual(['t.1']);
    expect(await signUp(['__Host-bramble_access=t.2; Path=/; Secure'])).toEqual(['t.2']);
  });

  it('answers no token when no session is opened', async () => {
    expect(await signUp([])).toEqual([]);
    expect(await signUp(['bramble_refresh=r; Path=/', 'bramble_access=; Max-Age=0'])).toEqual([]);
  });

  it('sends its token, and the options of the transport to the transport', async () => {
    const sent: (readonly [CallRequest, string])[] = [];
    const call = shopCallBy<{ name: string }>((request, { name }) => {
      sent.push([request, name]);
      return Promise.resolve({ status: 200, text: '{"items":[],"nextCursor":null}', cookies: [] });
    });
    await call(ordersApi.list, { name: 'list', token: 't.3' });
    await call(ordersApi.list, { name: 'list again' });
    expect(sent.map(([{ headers }, name]) => [headers, name])).toEqual([
      [{ authorization: 'Bearer t.3' }, 'list'],
      [{}, 'list again'],
    ]);
  });
});
