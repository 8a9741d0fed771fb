import { isTransient } from '@bramble/service-kit/base/errors';
import type { Service } from '@bramble/service-kit/runtime/service';
import { createService } from '@bramble/service-kit/service/create-service';
import { openPostgres } from '@bramble/service-kit/stores/postgres';
import { openRedis } from '@bramble/service-kit/stores/redis';
import { orderCommand } from './cli/order-command';
import { reportsCommand } from './cli/reports-command';
import { loadOrdersConfig, type OrdersConfig } from './config';
import { deadCommand } from './shop-wide/dead-command';

async function run(service: Service, config: OrdersConfig, [topic, ...words]: string[]): Promise<string> {
  const sql = () => openPostgres(service, { url: config.ORDERS_DATABASE_URL, max: 1 });
  if (topic === 'dead') {
    const redis = openRedis(service, { role: 'events', url: config.REDIS_EVENTS_URL });
    await redis.connect();
    return deadCommand(redis, words);
  }
  if (topic === 'order') return orderCommand(sql(), words);
  if (topic === 'reports') return reportsCommand(sql(), words);
  throw new Error('the commands are dead, order and reports');
}

/** One sentence for a person: a command line is no place for a stack. */
function sentenceOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return isTransient(error) || /connection|connect/i.test(message)
    ? `the shop's stores do not answer (${message}); is it running?`
    : message;
}

async function main(words: string[]): Promise<void> {
  const config = { ...loadOrdersConfig(), LOG_LEVEL: 'silent' as const };
  const service = createService({ name: 'orders', config });
  try {
    process.stdout.write(`${await run(service, config, words)}\n`);
  } finally {
    await service.stop();
  }
}

main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`bramble-admin: ${sentenceOf(error)}\n`);
  process.exitCode = 1;
});
