import { Agent, request } from 'undici';
import { problemOf } from '@bramble/contracts/call-error';
import { shopCallBy } from '@bramble/contracts/shop-call';

/** The result of a call. `status` 0: there was no answer; `code` is the error code of a refusal. */
export interface Called {
  name: string;
  status: number;
  code: string;
  seconds: number;
}
interface CallOptions {
  /** The name of the call in the figures. */
  name: string;
}
export interface ShopClientOptions {
  onCall: (called: Called) => void;
  timeoutMs?: number;
  /** The most concurrent calls; further calls wait. */
  connections?: number;
}
export type ShopClient = ReturnType<typeof createShopClient>;

/** Calls a shop's public operations; `onCall` is called after each call. */
export function createShopClient(
  url: string,
  { onCall, timeoutMs = 10_000, connections = 64 }: ShopClientOptions,
) {
  const dispatcher = new Agent({ connections, keepAliveTimeout: 30_000 });
  const call = shopCallBy<CallOptions>(async ({ method, path, headers, body }, { name }) => {
    if (body instanceof FormData) throw new TypeError('shoppers upload nothing');
    const startedAt = performance.now();
    let status = 0;
    let text = '';
    try {
      const response = await request(`${url}${path}`, {
        dispatcher,
        method,
        headers,
        body: body ?? null,
        signal: AbortSignal.timeout(timeoutMs),
      });
      status = response.statusCode;
      text = await response.body.text();
      return { status, text, cookies: [response.headers['set-cookie'] ?? []].flat() };
    } finally {
      const code = status >= 400 ? (problemOf(text)?.code ?? '') : '';
      onCall({ name, status, code, seconds: (performance.now() - startedAt) / 1000 });
    }
  });
  return { call, close: () => dispatcher.close() };
}
