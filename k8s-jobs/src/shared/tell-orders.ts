import type { Call } from '@bramble/contracts/call';
import { optionalText } from '@bramble/service-kit/base/config';
import type { Logger } from '@bramble/service-kit/observe/logger';
import { firstConnection } from './first-connection';
import { jobClient } from './job-client';

/** Where orders is and what signs a call to it; absent where there is no orders to tell. */
export const tellerShape = () => ({ ORDERS_URL: optionalText(), INTERNAL_TOKEN_KEY: optionalText() });

interface Teller {
  readonly ORDERS_URL?: string | undefined;
  readonly INTERNAL_TOKEN_KEY?: string | undefined;
  readonly CONNECT_SECONDS: number;
}

/**
 * Tells orders what this Job has done, for its metrics. The Job's work is done whether or not that succeeds, so that a
 * failure is a warning: the alert on missed runs will speak if it stays so. Says nothing when no orders is named.
 */
export async function tellOrders(
  config: Teller,
  log: Logger,
  name: string,
  tell: (orders: Call) => Promise<unknown>,
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
    await firstConnection('orders', { seconds, log }, () => tell(orders));
  } catch (error) {
    log.warn({ err: error }, 'orders could not be told of this run');
  }
}
