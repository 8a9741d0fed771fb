import type { ServiceName } from '@bramble/contracts/operation';
import type { Upstream } from '@bramble/service-kit/http/client';

/** The services that the gateway passes requests on to. */
export type UpstreamName = Exclude<ServiceName, 'gateway'>;

/** All services behind the gateway; notifications may be left out of a small shop. */
export type Upstreams = Readonly<
  Record<Exclude<UpstreamName, 'notifications'>, Upstream> & Partial<Record<'notifications', Upstream>>
>;
