import { runService } from '@bramble/service-kit/service/run-service';
import { buildGateway } from './app';
import { loadGatewayConfig } from './config';

runService(loadGatewayConfig, buildGateway);
