import type { Service } from '@bramble/service-kit/runtime/service';

/** A service that listens on free ports of this machine. */
export interface StartedService {
  /** `http://127.0.0.1:<port>` */
  url: string;
  opsUrl: string;
  config: Service['config'];
  service: Service;
  /** Stops the service gracefully. */
  stop(): Promise<void>;
}

/** Starts the service that a build function returned: `const orders = await startService(buildOrders(config))`. */
export async function startService(service: Service): Promise<StartedService> {
  const { port, opsPort } = await service.start();
  return {
    url: `http://127.0.0.1:${port}`,
    opsUrl: `http://127.0.0.1:${opsPort}`,
    config: service.config,
    service,
    stop: () => service.stop(),
  };
}
