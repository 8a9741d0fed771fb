import { runService } from '@bramble/service-kit/service/run-service';
import { buildUsers } from './app';
import { loadUsersConfig } from './config';

runService(loadUsersConfig, buildUsers);
