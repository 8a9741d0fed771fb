import { createService } from '@bramble/service-kit/service/create-service';
import { openPostgres } from '@bramble/service-kit/stores/postgres';
import { loadOrdersConfig } from './config';
import { rebuildSales } from './reports/rebuild.repository';

const config = loadOrdersConfig();
const service = createService({ name: 'orders', config });
const sql = openPostgres(service, { url: config.ORDERS_DATABASE_URL, max: 1 });
try {
  const result = await rebuildSales(sql);
  service.log.info(result, 'the read model of the reports was made anew from the history');
  if (result.ordersOff > 0) process.exitCode = 1;
} finally {
  await service.stop();
}
