import { runService } from '@bramble/service-kit/run-service';
import { buildGateway } from './app';
import { loadGatewayConfig } from './config';

runService(loadGatewayConfig, buildGateway);
