import { type Call, callBy } from '@bramble/contracts/call';
import type { ServiceName } from '@bramble/contracts/services';
import type { KeyConfig } from '@bramble/service-kit/base/config';
import { internalHeaders } from '@bramble/service-kit/base/internal-auth';
import { internalKeys } from '@bramble/service-kit/base/internal-keys';
import { fetchFrom } from './fetch-from';

export interface JobClientOptions {
  readonly service: ServiceName;
  /** The URL of the service. */
  readonly url: string;
  /** The keys of the job's environment. */
  readonly keys: KeyConfig;
  /** The name of the job. */
  readonly name: string;
  readonly correlationId: string;
}

/** Makes a client that calls a service's operations as a job. Throws ConfigError without the key of such calls. */
export const jobClient = ({ service, url, keys, name, correlationId }: JobClientOptions): Call => {
  const key = internalKeys(keys).toCall(service, 'job');
  const sender = { audience: service, kind: 'job', name, correlationId } as const;
  return callBy(fetchFrom(url, { timeoutMs: 15_000, headers: () => internalHeaders(key, sender) }));
};
