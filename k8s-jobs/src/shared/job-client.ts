import { type Call, callBy } from '@bramble/contracts/call';
import type { ServiceName } from '@bramble/contracts/services';
import { internalHeaders } from '@bramble/service-kit/base/internal-auth';

export interface JobClientOptions {
  readonly service: ServiceName;
  /** The URL of the service. */
  readonly url: string;
  /** The value of INTERNAL_TOKEN_KEY. */
  readonly secret: string;
  /** The name of the job. */
  readonly name: string;
  readonly correlationId: string;
}

/** Makes a client that calls a service's operations as a job. */
export const jobClient = ({ service, url, secret, name, correlationId }: JobClientOptions): Call =>
  callBy(async ({ method, path, headers, body }) => {
    const sender = { audience: service, kind: 'job', name, correlationId } as const;
    const response = await fetch(new URL(path, url), {
      method,
      headers: { ...headers, ...internalHeaders(secret, sender) },
      body: body ?? null,
      signal: AbortSignal.timeout(15_000),
    });
    return { status: response.status, text: await response.text() };
  });
