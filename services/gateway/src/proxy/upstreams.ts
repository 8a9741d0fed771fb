import type { ServiceName } from '@bramble/contracts/services';
import { createUpstream, type Upstream } from '@bramble/service-kit/http/client';
import type { Service } from '@bramble/service-kit/runtime/service';
import type { UpstreamUrls } from '../config';

/** The services that the gateway forwards to. */
export type UpstreamName = Exclude<ServiceName, 'gateway'>;

/** Opens the clients of all services; notifications is optional. */
export type Upstreams = Readonly<
  Record<Exclude<UpstreamName, 'notifications'>, Upstream> & Partial<Record<'notifications', Upstream>>
>;

/** A client for each service, with its own connections and breaker. */
export const openUpstreams = (service: Service, urls: UpstreamUrls): Upstreams =>
  Object.fromEntries(
    Object.entries(urls).map(([name, url]) => [name, createUpstream(service, { name, url })]),
  ) as unknown as Upstreams;
