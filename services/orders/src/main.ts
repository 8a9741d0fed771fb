import { runService } from '@bramble/service-kit/run-service';
import { buildOrders } from './app';
import { loadOrdersConfig } from './config';

runService(loadOrdersConfig, buildOrders);
