import { ConfigError } from '../base/config';
import type { Service } from '../runtime/service';

/**
 * Runs a service as a process. An invalid configuration prints every fault and exits 1. SIGTERM and SIGINT stop the
 * service: exit 0, or 1 when stopping takes longer than `SHUTDOWN_SECONDS` after the drain; a second signal exits at
 * once. An unhandled rejection stops the service with 1.
 */
export function runService<C>(load: () => C, build: (config: C) => Service): void {
  let service: Service;
  try {
    service = build(load());
  } catch (error) {
    process.stderr.write(
      `${error instanceof ConfigError ? error.message : String(error instanceof Error ? error.stack : error)}\n`,
    );
    process.exit(1);
  }
  let stopping = false;
  const stop = (status: number) => {
    if (stopping) process.exit(1);
    stopping = true;
    const deadline = setTimeout(
      () => {
        service.log.error('did not stop in time');
        process.exit(1);
      },
      (service.config.DRAIN_SECONDS + service.config.SHUTDOWN_SECONDS) * 1000,
    );
    deadline.unref();
    void service.stop().finally(() => process.exit(status));
  };
  process.on('SIGTERM', () => stop(0));
  process.on('SIGINT', () => stop(0));
  const crash = (error: unknown) => {
    service.log.fatal({ err: error }, 'unexpected failure, stopping');
    stop(1);
  };
  process.on('unhandledRejection', crash);
  process.on('uncaughtException', crash);
  service.start().catch(crash);
}
