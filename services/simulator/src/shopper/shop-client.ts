import { Agent, request } from 'undici';
import { callBy } from '@bramble/contracts/call';
import { problemOf } from '@bramble/contracts/call-error';

/** What a call took and how it ended. `status` 0: no answer came; `code` is that of a refusal. */
export interface Called {
  name: string;
  status: number;
  code: string;
  seconds: number;
}
export interface CallOptions {
  /** What the figures call it. */
  name: string;
  token?: string | undefined;
}
export type ShopClient = ReturnType<typeof createShopClient>;

/** Calls a shop's public operations by their contract; `onCall` hears of every call. */
export function createShopClient(
  url: string,
  { onCall, timeoutMs = 10_000 }: { onCall: (called: Called) => void; timeoutMs?: number },
) {
  const dispatcher = new Agent({ connections: 64, keepAliveTimeout: 30_000 });
  const call = callBy<CallOptions>(async ({ method, path, headers, body }, { name, token }) => {
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
      return { status, text };
    } finally {
      const code = status >= 400 ? (problemOf(text)?.code ?? '') : '';
      onCall({ name, status, code, seconds: (performance.now() - startedAt) / 1000 });
    }
  });
  return { call, close: () => dispatcher.close() };
}
