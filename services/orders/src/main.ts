import { runService } from '@bramble/service-kit/service/run-service';
import { buildOrders } from './app';
import { loadOrdersConfig } from './config';

runService(loadOrdersConfig, buildOrders);
