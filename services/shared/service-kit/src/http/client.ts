import { type Call, callBy } from '@bramble/contracts/call';
import { CallError, type Endpoint } from '@bramble/contracts/call-error';
import { templateOf } from '@bramble/contracts/operation';
import type { Actor } from '../base/actor';
import { AppError, errorOfFields } from '../base/errors';
import { internalHeaders } from '../base/internal-auth';
import { currentContext } from '../base/request-context';
import type { Service } from '../runtime/service';
import { createTransport, type Transport } from './transport';

interface CallOptions {
  /** The actor of the call; nobody by default. */
  as?: Actor;
  cookie?: string | undefined;
  /** Milliseconds until the whole answer must have arrived. */
  timeoutMs?: number;
}

/** A client of another service. */
export interface Upstream extends Transport {
  /**
   * Calls an operation for `as`. A problem document is thrown as the same AppError; an answer that does not match the
   * contract is `bad_gateway`; no answer is `unavailable` or `timeout`. An operation for users is called as their requests
   * are forwarded, which needs the gateway's keys: ConfigError elsewhere.
   */
  call: Call<CallOptions>;
}

/**
 * A refused internal token is an error between two services. As `unauthenticated` it would ask the user to sign in, so
 * it becomes `bad_gateway`, like an answer that does not match the contract.
 */
function translated(name: string, error: unknown): unknown {
  if (!(error instanceof CallError)) return error;
  const known = error.code === 'unauthenticated' ? undefined : errorOfFields(error);
  if (known && known.code !== 'bad_gateway') return known;
  return new AppError('bad_gateway', { detail: `${name} answered ${error.status}`, cause: error });
}

/** Whether an operation is for users alone; a small client's route does not say it, and no service has one. */
const isForUsers = (operation: Endpoint): boolean =>
  'access' in operation && operation.access !== 'service' && operation.access !== 'anyone';

/**
 * Makes the client of one service at `url`; `timeoutMs` (default 2,000) is the limit of a call. Throws ConfigError
 * without the key of calls to that service.
 */
export function createUpstream(
  service: Service,
  { name, url, timeoutMs: limit = 2_000 }: { name: string; url: string; timeoutMs?: number },
): Upstream {
  const transport = createTransport(service, { name, url });
  const serviceKey = service.keys.toCall(name, 'service');
  const keyFor = (kind: 'user' | 'service') =>
    kind === 'service' ? serviceKey : service.keys.toCall(name, kind);

  const callPlain = callBy<CallOptions>(
    async ({ method, path, headers, body }, { as, cookie, timeoutMs = limit }, operation) => {
      if (body instanceof FormData) throw new TypeError('services send no forms to each other');
      const { correlationId, act } = currentContext();
      const kind = as && isForUsers(operation) ? 'user' : 'service';
      // The called service writes the audit entry of what the caller does there.
      if (act && as) act.recorded = true;
      const answer = await transport.send({
        method,
        path,
        template: templateOf(operation.path),
        headers: {
          ...headers,
          ...internalHeaders(keyFor(kind), {
            audience: name,
            kind,
            ...(kind === 'service' ? { name: service.name } : {}),
            as,
            correlationId,
          }),
          ...(act && as ? { 'x-client-address': act.address } : {}),
          ...(cookie === undefined ? {} : { cookie }),
        },
        body,
        timeoutMs,
        buffered: true,
      });
      return { status: answer.status, text: answer.body.toString('utf8') };
    },
  );
  const call: Call<CallOptions> = (operation, ...input) =>
    callPlain(operation, ...input).catch((error: unknown) => {
      throw translated(name, error);
    });

  return { ...transport, call };
}
