import { createService } from '@bramble/service-kit/create-service';
import { openPostgres } from '@bramble/service-kit/postgres';
import { openRedis } from '@bramble/service-kit/redis';
import { deadCommand, deadUsage } from './admin/dead-command';
import { orderCommand, orderUsage } from './admin/order-command';
import { loadOrdersConfig } from './config';

const config = { ...loadOrdersConfig(), LOG_LEVEL: 'silent' as const };
const service = createService({ name: 'orders', config });
const [topic, ...words] = process.argv.slice(2);
try {
  if (topic === 'dead') {
    const redis = openRedis(service, { role: 'events', url: config.REDIS_EVENTS_URL });
    await redis.connect();
    process.stdout.write(`${await deadCommand(redis, words)}\n`);
  } else if (topic === 'order') {
    process.stdout.write(
      `${await orderCommand(openPostgres(service, { url: config.ORDERS_DATABASE_URL, max: 1 }), words)}\n`,
    );
  } else {
    throw new Error(`usage: ${deadUsage} | ${orderUsage}`);
  }
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
} finally {
  await service.stop();
}
