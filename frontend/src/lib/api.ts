import { type CallAnswer, callBy, type CallRequest, encode } from '@bramble/contracts/call';
import { CallError, type Endpoint, problemOf } from '@bramble/contracts/call-error';
import { authApi } from './operations.gen';

interface Options {
  signal?: AbortSignal;
  /** Milliseconds until the whole answer must be there; 20,000 unless told. */
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
/** One renewal for all calls that met a 401 at the same time: a refresh token is good for one use. */
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
 * Calls an operation of the shop: `call(catalogApi.list, { query, signal })`. Rejects with CallError, whose code is
 * `offline` when no answer came. A 401 is answered by renewing the session once, except where it is the answer to
 * credentials.
 */
export const call = callBy<Options>(async (request, options, operation) => {
  const answer = await send(request, options, operation);
  if (answer.status !== 401 || problemOf(answer.text)?.code === 'bad_credentials') return answer;
  if (await renew()) return send(request, options, operation);
  onSessionEnd();
  return answer;
});
