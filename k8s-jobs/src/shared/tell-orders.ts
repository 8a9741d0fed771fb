import type { Operation } from '@bramble/contracts/operation';
import { optionalText } from '@bramble/service-kit/base/config';
import type { Logger } from '@bramble/service-kit/observe/logger';
import { callAsJob } from './call-as-job';
import { firstConnection } from './first-connection';

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
export async function tellOrders<const O extends Operation>(
  config: Teller,
  log: Logger,
  name: string,
  operation: O,
  body: object,
): Promise<void> {
  const { ORDERS_URL: url, INTERNAL_TOKEN_KEY: key, CONNECT_SECONDS: seconds } = config;
  if (url === undefined || key === undefined) return;
  const caller = { url, key, name, correlationId: `${name}:${Date.now().toString(36)}` };
  try {
    await firstConnection('orders', { seconds, log }, () => callAsJob(caller, operation, { body }));
  } catch (error) {
    log.warn({ err: error }, 'orders could not be told of this run');
  }
}
