import { writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Stores } from '../stores/open-stores';
import { freePort } from '../stores/ports';
import { root } from '../workspace';
import type { Settings } from './settings';

export interface ServiceEnvironment {
  name: string;
  port: number;
  env: Record<string, string>;
}

/** Where the gateway listens, and its environment besides that of every service. */
export interface GatewayPlace {
  port: number;
  host: string;
  env: Record<string, string>;
}

/** The gateway at the public address, with the built storefront. */
export const builtGateway = ({ port, host }: Settings): GatewayPlace => ({
  port,
  host,
  env: { STOREFRONT_DIR: path.join(root, 'frontend', 'dist') },
});

export interface EnvironmentInputs {
  settings: Settings;
  stores: Stores;
  /** PostgreSQL URLs by service. */
  databases: Record<string, string>;
  services: readonly string[];
  internalTokenKey: string;
  readyFile: string;
  gateway: GatewayPlace;
}

/** A port for each service, and the addresses of the stores and of the other services. */
export async function serviceEnvironments(inputs: EnvironmentInputs): Promise<ServiceEnvironment[]> {
  const { settings, stores, services, gateway } = inputs;
  const ports = new Map<string, number>();
  for (const name of services) ports.set(name, name === 'gateway' ? gateway.port : await freePort());

  const common: Record<string, string> = {
    NODE_ENV: 'production',
    INTERNAL_TOKEN_KEY: inputs.internalTokenKey,
    REDIS_EVENTS_URL: stores.redisUrl,
    REDIS_CACHE_URL: stores.redisCacheUrl,
    DEMO: settings.demo ? 'on' : 'off',
    DEMO_ADMIN: settings.demo && settings.demoAdmin ? 'on' : 'off',
    DELIVERY_STEP_SECONDS: '3',
    SHUTDOWN_SECONDS: '10',
  };
  for (const [name, port] of ports) {
    if (name !== 'gateway') common[`${name.toUpperCase()}_URL`] = `http://127.0.0.1:${port}`;
  }
  for (const [name, url] of Object.entries(inputs.databases))
    common[`${name.toUpperCase()}_DATABASE_URL`] = url;
  for (const name of ['catalog', 'delivery', 'notifications']) {
    common[`${name.toUpperCase()}_MONGODB_URL`] = mongodbUrl(stores.mongodbUrl, name);
  }

  const environments: ServiceEnvironment[] = [];
  for (const [name, port] of ports) {
    const isGateway = name === 'gateway';
    environments.push({
      name,
      port,
      env: {
        ...common,
        // Variables set by the user win over the defaults, except the addresses of services and stores.
        ...passedOn(common),
        PORT: String(port),
        HOST: isGateway ? gateway.host : '127.0.0.1',
        OPS_PORT: String(await freePort()),
        SERVICE_INSTANCE: `${name}-1`,
        ...(isGateway ? { READY_FILE: inputs.readyFile, ...gateway.env } : {}),
      },
    });
  }
  return environments;
}

function mongodbUrl(server: string, name: string): string {
  const [, address = server, query = ''] = /^([^?]*?:\/\/[^/?]+)(?:\/[^?]*)?(\?.*)?$/.exec(server) ?? [];
  return `${address}/${name}${query}`;
}

/** The environment of this process, without the variables that are set here. */
function passedOn(common: Record<string, string>): Record<string, string> {
  const ours = new Set([
    'DEMO',
    'DEMO_ADMIN',
    'NODE_ENV',
    'STOREFRONT_URL',
    ...Object.keys(common).filter((n) => /^[A-Z]+_URL$/.test(n)),
  ]);
  return Object.fromEntries(
    Object.entries(process.env).filter(
      (entry): entry is [string, string] =>
        entry[1] !== undefined && entry[1] !== '' && !ours.has(entry[0]) && !entry[0].startsWith('npm_'),
    ),
  );
}

/** Writes down how to reach the stores, for bramble-admin; readable by its owner only. */
export function recordEnvironments(dataDir: string, environments: readonly ServiceEnvironment[]): void {
  const recorded = /_URL$|^INTERNAL_TOKEN_KEY$|^CURRENCY$/;
  const record = environments.map(({ name, env }) => [
    name,
    Object.fromEntries(Object.entries(env).filter(([key]) => recorded.test(key))),
  ]);
  const file = path.join(dataDir, 'environments.json');
  writeFileSync(file, JSON.stringify(Object.fromEntries(record)), { mode: 0o600 });
}
