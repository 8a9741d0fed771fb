import type { createCommand } from '@bramble/service-kit/base/command-line';
import { isTransient } from '@bramble/service-kit/base/errors';
import type { Service } from '@bramble/service-kit/runtime/service';
import { createService } from '@bramble/service-kit/service/create-service';
import { openPostgres } from '@bramble/service-kit/stores/postgres';
import type { Sql } from '@bramble/service-kit/stores/sql';
import { loadOrdersConfig, type OrdersConfig } from '../config';

export type Program = ReturnType<typeof createCommand>;

/** Runs a command with the database of orders. */
export const withSql = <T>(act: (sql: Sql) => Promise<T>): Promise<T> =>
  withService((service, config) => act(openPostgres(service, { url: config.ORDERS_DATABASE_URL, max: 1 })));

async function withService<T>(act: (service: Service, config: OrdersConfig) => Promise<T>): Promise<T> {
  const config = { ...loadOrdersConfig(), LOG_LEVEL: 'silent' as const };
  const service = createService({ name: 'orders', config });
  try {
    return await act(service, config);
  } catch (error) {
    throw explained(error);
  } finally {
    await service.stop();
  }
}

/** The sentence for a person: a store does not answer, with the store's own error in brackets. */
function explained(error: unknown): unknown {
  const message = error instanceof Error ? error.message : String(error);
  return isTransient(error) || /connect/i.test(message)
    ? new Error(`the shop's stores do not answer (${message}); is it running?`, { cause: error })
    : error;
}
