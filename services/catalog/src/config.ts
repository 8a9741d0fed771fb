import { z } from 'zod';
import { baseEnv, connections, loadConfig, url } from '@bramble/service-kit/base/config';

/** A MongoDB address may name several hosts, which the WHATWG URL grammar does not allow. */
const mongoUrl = () => z.string().regex(/^mongodb(?:\+srv)?:\/\/[^/]+\/[^/?]+/, 'mongodb://host/database');

export const loadCatalogConfig = (env: NodeJS.ProcessEnv = process.env) =>
  loadConfig(
    {
      ...baseEnv(3002),
      CATALOG_MONGODB_URL: mongoUrl(),
      DATABASE_CONNECTIONS: connections(10),
      REDIS_EVENTS_URL: url(),
      REDIS_CACHE_URL: url(),
    },
    env,
  );
export type CatalogConfig = ReturnType<typeof loadCatalogConfig>;
