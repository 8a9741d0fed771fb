import { pathOf, type Answer, type Operation } from '@bramble/contracts/operation';
import { internalTokenHeader, signInternalToken } from '@bramble/service-kit/base/internal-auth';

export interface Caller {
  readonly url: string;
  readonly key: string;
  readonly name: string;
  readonly correlationId: string;
}

/** Calls an operation of a service as a job. Throws with the problem's code when the answer is none of success. */
export async function callAsJob<const O extends Operation>(
  { url, key, name, correlationId }: Caller,
  operation: O,
  { params, query, body }: { params?: object; query?: object; body?: object } = {},
): Promise<Answer<O>> {
  const token = signInternalToken(key, operation.service, {
    sub: null,
    roles: [],
    kind: 'job',
    name,
    secure: false,
    cid: correlationId,
  });
  const response = await fetch(new URL(pathOf(operation, params, query), url), {
    method: operation.method.toUpperCase(),
    headers: {
      [internalTokenHeader]: token,
      'x-correlation-id': correlationId,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(15_000),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${operation.summary}: ${response.status} ${text.slice(0, 300)}`);
  return (operation.responses[response.status]?.parse(JSON.parse(text)) ?? undefined) as Answer<O>;
}
