import { type Call, callBy } from '@bramble/contracts/call';
import type { ServiceName } from '@bramble/contracts/services';
import { internalHeaders } from '@bramble/service-kit/base/internal-auth';

export interface JobClientOptions {
  readonly service: ServiceName;
  /** Of the service. */
  readonly url: string;
  /** INTERNAL_TOKEN_KEY */
  readonly secret: string;
  /** Of the job. */
  readonly name: string;
  readonly correlationId: string;
}

/** Calls operations of a service as a job. */
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
