import type { Call } from '@bramble/contracts/call';
import { optionalText } from '@bramble/service-kit/base/config';
import type { Logger } from '@bramble/service-kit/observe/logger';
import { firstConnection } from './first-connection';
import { jobClient } from './job-client';

/** The URL of orders and the key for calls to it; absent in a shop without orders. */
export const reporterShape = () => ({ ORDERS_URL: optionalText(), INTERNAL_TOKEN_KEY: optionalText() });

interface ReporterConfig {
  readonly ORDERS_URL?: string | undefined;
  readonly INTERNAL_TOKEN_KEY?: string | undefined;
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
  const { ORDERS_URL: url, INTERNAL_TOKEN_KEY: secret, CONNECT_SECONDS: seconds } = config;
  if (url === undefined || secret === undefined) return;
  const orders = jobClient({
    service: 'orders',
    url,
    secret,
    name,
    correlationId: `${name}:${Date.now().toString(36)}`,
  });
  try {
    await firstConnection('orders', { seconds, log }, () => report(orders));
  } catch (error) {
    log.warn({ err: error }, 'this run could not be reported to orders');
  }
}
