import type { Call } from '@bramble/contracts/call';
import { internalKey, type KeyConfig, optionalText } from '@bramble/service-kit/base/config';
import type { Logger } from '@bramble/service-kit/observe/logger';
import { firstConnection } from './first-connection';
import { jobClient } from './job-client';

/** The URL of orders and the key for calls to it; absent in a shop without orders. */
export const reporterShape = () => ({
  ORDERS_URL: optionalText(),
  INTERNAL_TOKEN_KEY: internalKey(),
  INTERNAL_JOB_KEY_ORDERS: internalKey(),
});

interface ReporterConfig extends KeyConfig {
  readonly ORDERS_URL?: string | undefined;
  readonly CONNECT_SECONDS: number;
}

/**
 * Reports this Job's run to orders, for its metrics. A failure is only a warning, since the Job's work is done; the
 * alert on missed runs reports a lasting failure. Does nothing without the URL of orders.
 */
export async function reportToOrders(
  config: ReporterConfig,
  log: Logger,
  name: string,
  report: (orders: Call) => Promise<unknown>,
): Promise<void> {
  const { ORDERS_URL: url, CONNECT_SECONDS: seconds } = config;
  if (url === undefined) return;
  try {
    const orders = jobClient({
      service: 'orders',
      url,
      keys: config,
      name,
      correlationId: `${name}:${Date.now().toString(36)}`,
    });
    await firstConnection('orders', { seconds, log }, () => report(orders));
  } catch (error) {
    log.warn({ err: error }, 'this run could not be reported to orders');
  }
}
