import { runService } from '@bramble/service-kit/service/run-service';
import { buildPayments } from './app';
import { loadPaymentsConfig } from './config';

runService(loadPaymentsConfig, buildPayments);
