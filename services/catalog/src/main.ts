import { runService } from '@bramble/service-kit/service/run-service';
import { buildCatalog } from './app';
import { loadCatalogConfig } from './config';

runService(loadCatalogConfig, buildCatalog);
