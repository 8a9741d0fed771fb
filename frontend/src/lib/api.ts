import { type CallAnswer, callBy, type CallRequest, encode } from '@bramble/contracts/call';
import { CallError, type Endpoint, problemOf } from '@bramble/contracts/call-error';
import { authApi } from './operations.gen';

interface Options {
  signal?: AbortSignal;
  /** Milliseconds until the whole answer must have arrived; default 20,000. */
  timeout?: number;
}

type SessionEnd = () => void;
let onSessionEnd: SessionEnd = () => undefined;
/** Called when a session could not be renewed. */
export const whenSessionEnds = (listener: SessionEnd): void => {
  onSessionEnd = listener;
};

const send = async (
  { path, ...request }: CallRequest,
  { signal, timeout = 20_000 }: Options,
  operation: Endpoint,
): Promise<CallAnswer> => {
  const limit = AbortSignal.timeout(timeout);
  try {
    const response = await fetch(path, {
      ...request,
      body: request.body ?? null,
      signal: signal ? AbortSignal.any([limit, signal]) : limit,
    });
    const correlationId = response.headers.get('x-correlation-id') ?? undefined;
    return { status: response.status, text: await response.text(), correlationId };
  } catch (cause) {
    if (signal?.aborted) throw cause;
    throw new CallError(operation, 0, { code: 'offline' }, { cause });
  }
};

let renewal: Promise<boolean> | undefined;
/** All calls that got a 401 share one renewal, because a refresh token can be used once. */
const renew = (): Promise<boolean> => {
  renewal ??= send(encode(authApi.refresh, { body: {} }), {}, authApi.refresh)
    .then(({ status }) => status === authApi.refresh.success)
    .catch(() => false)
    .finally(() => {
      renewal = undefined;
    });
  return renewal;
};

/**
 * Calls an operation of the shop: `call(catalogApi.list, { query, signal })`. Rejects with CallError; its code is
 * `offline` when there was no answer. After a 401 the session is renewed once and the call repeated, except where the
 * 401 answers credentials.
 */
export const call = callBy<Options>(async (request, options, operation) => {
  const answer = await send(request, options, operation);
  if (answer.status !== 401 || problemOf(answer.text)?.code === 'bad_credentials') return answer;
  if (await renew()) return send(request, options, operation);
  onSessionEnd();
  return answer;
});
