import { runService } from '@bramble/service-kit/service/run-service';
import { buildDelivery } from './app';
import { loadDeliveryConfig } from './config';

runService(loadDeliveryConfig, buildDelivery);
