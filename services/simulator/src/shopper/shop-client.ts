import { Agent, request } from 'undici';
import { pathOf, type Answer, type Operation, type Sent } from '@bramble/contracts/operation';

/** What a call took and how it ended. `status` 0: no answer came; `code` is that of a refusal. */
export interface Called {
  name: string;
  status: number;
  code: string;
  seconds: number;
}

/** An answer that was not a success. */
export class Refused extends Error {
  override readonly name = 'Refused';
  constructor(
    readonly status: number,
    readonly code: string,
  ) {
    super(`${status} ${code}`);
  }
}

export interface CallInput<O extends Operation> {
  params?: Sent<O['params']>;
  query?: Sent<O['query']>;
  body?: Sent<O['body']>;
  token?: string | undefined;
  idempotencyKey?: string;
}
export type ShopClient = ReturnType<typeof createShopClient>;

/** Calls a shop's public operations by their contract; `onCall` hears of every call. */
export function createShopClient(
  url: string,
  { onCall, timeoutMs = 10_000 }: { onCall: (called: Called) => void; timeoutMs?: number },
) {
  const dispatcher = new Agent({ connections: 64, keepAliveTimeout: 30_000 });
  return {
    async call<O extends Operation>(
      name: string,
      operation: O,
      input: CallInput<O> = {},
    ): Promise<Answer<O>> {
      const startedAt = performance.now();
      let status = 0;
      let code = '';
      try {
        const response = await request(`${url}${pathOf(operation, input.params, input.query)}`, {
          dispatcher,
          method: operation.method.toUpperCase() as 'GET',
          headers: {
            ...(input.body === undefined ? {} : { 'content-type': 'application/json' }),
            ...(input.token === undefined ? {} : { authorization: `Bearer ${input.token}` }),
            ...(input.idempotencyKey === undefined ? {} : { 'idempotency-key': input.idempotencyKey }),
          },
          ...(input.body === undefined ? {} : { body: JSON.stringify(input.body) }),
          signal: AbortSignal.timeout(timeoutMs),
        });
        status = response.statusCode;
        const text = await response.body.text();
        const answer: unknown = text === '' ? undefined : JSON.parse(text);
        if (status >= 400) {
          code = (answer as { code?: string } | undefined)?.code ?? '';
          throw new Refused(status, code);
        }
        return answer as Answer<O>;
      } finally {
        onCall({ name, status, code, seconds: (performance.now() - startedAt) / 1000 });
      }
    },
    close: () => dispatcher.close(),
  };
}
