import { type Call, type CallAnswer, callBy, type CallRequest } from './call';
import type { Endpoint } from './call-error';

/** The options of a call by a program outside the shop, which has an access token in place of a browser's cookies. */
interface ShopCallOptions {
  readonly token?: string | undefined;
  /** Called with the access token of the session that the answer opens. */
  readonly onAccessToken?: ((token: string) => void) | undefined;
}
/** An answer of the shop with the values of its Set-Cookie headers. */
interface ShopAnswer extends CallAnswer {
  readonly cookies: readonly string[];
}

const ACCESS_COOKIE = /^(?:__Host-)?bramble_access=([^;]+)/;
const accessTokenOf = (cookies: readonly string[]): string | undefined =>
  cookies.map((cookie) => ACCESS_COOKIE.exec(cookie)?.[1]).find((token) => token !== undefined);

/** Makes a typed call function for a program outside the shop, from a function that sends one request. */
export const shopCallBy = <Extra extends object = Record<never, never>>(
  send: (request: CallRequest, extra: Extra, operation: Endpoint) => Promise<ShopAnswer>,
): Call<Extra & ShopCallOptions> =>
  callBy<Extra & ShopCallOptions>(async ({ headers, ...request }, extra, operation) => {
    const { token, onAccessToken } = extra;
    const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
    const answer = await send({ ...request, headers: { ...headers, ...authorization } }, extra, operation);
    const opened = accessTokenOf(answer.cookies);
    if (opened !== undefined) onAccessToken?.(opened);
    return answer;
  });
