import { Agent, request } from 'undici';
import { callBy } from '@bramble/contracts/call';
import { problemOf } from '@bramble/contracts/call-error';

/** The result of a call. `status` 0: there was no answer; `code` is the error code of a refusal. */
export interface Called {
  name: string;
  status: number;
  code: string;
  seconds: number;
}
export interface CallOptions {
  /** The name of the call in the figures. */
  name: string;
  token?: string | undefined;
  /** Called with the access token of the session that the answer opens; browsers store it as a cookie. */
  onAccessToken?: (token: string) => void;
}
export interface ShopClientOptions {
  onCall: (called: Called) => void;
  timeoutMs?: number;
  /** The most concurrent calls; further calls wait. */
  connections?: number;
}
export type ShopClient = ReturnType<typeof createShopClient>;

const accessTokenOf = (cookies: readonly string[]): string | undefined =>
  cookies.map((cookie) => /^(?:__Host-)?bramble_access=([^;]+)/.exec(cookie)?.[1]).find(Boolean);

/** Calls a shop's public operations; `onCall` is called after each call. */
export function createShopClient(
  url: string,
  { onCall, timeoutMs = 10_000, connections = 64 }: ShopClientOptions,
) {
  const dispatcher = new Agent({ connections, keepAliveTimeout: 30_000 });
  const call = callBy<CallOptions>(async ({ method, path, headers, body }, extra) => {
    const { name, token, onAccessToken } = extra;
    if (body instanceof FormData) throw new TypeError('shoppers upload nothing');
    const startedAt = performance.now();
    let status = 0;
    let text = '';
    try {
      const response = await request(`${url}${path}`, {
        dispatcher,
        method,
        headers: { ...headers, ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) },
        body: body ?? null,
        signal: AbortSignal.timeout(timeoutMs),
      });
      status = response.statusCode;
      text = await response.body.text();
      const opened = accessTokenOf([response.headers['set-cookie'] ?? []].flat());
      if (opened !== undefined) onAccessToken?.(opened);
      return { status, text };
    } finally {
      const code = status >= 400 ? (problemOf(text)?.code ?? '') : '';
      onCall({ name, status, code, seconds: (performance.now() - startedAt) / 1000 });
    }
  });
  return { call, close: () => dispatcher.close() };
}
