import { runService } from '@bramble/service-kit/service/run-service';
import { buildSimulator } from './app';
import { loadSimulatorConfig } from './config';

runService(loadSimulatorConfig, buildSimulator);
