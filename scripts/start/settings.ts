import path from 'node:path';
import { defaultCacheDir } from '../stores/cache';
import { root } from '../workspace';

export interface Settings {
  port: number;
  host: string;
  dataDir: string;
  cacheDir: string;
  demo: boolean;
  demoAdmin: boolean;
  /** False when nothing can take payments, so that the checkout is closed. */
  payments: boolean;
  given: { postgresUrl: string | undefined; mongodbUrl: string | undefined; redisUrl: string | undefined };
}

/** Reads what a person may set; throws one sentence that names every fault. */
export function readSettings(env: NodeJS.ProcessEnv): Settings {
  const faults: string[] = [];
  const port = Number(env['PORT'] || 8000);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) faults.push(`PORT is not a port: ${env['PORT']}`);
  const flag = (name: string, fallback = 'on'): boolean => {
    const text = (env[name] || fallback).toLowerCase();
    if (['1', 'true', 'on', 'yes'].includes(text)) return true;
    if (!['0', 'false', 'off', 'no'].includes(text)) faults.push(`${name} is neither on nor off: ${text}`);
    return false;
  };
  const server = (name: string, scheme: RegExp): string | undefined => {
    const text = env[name] || undefined;
    if (text !== undefined && !scheme.test(text)) faults.push(`${name} is not an address of such a server`);
    return text;
  };
  const demo = flag('DEMO');
  const settings = {
    port,
    host: env['HOST'] || '127.0.0.1',
    dataDir: path.resolve(root, env['DATA_DIR'] || '.data'),
    cacheDir: defaultCacheDir(env),
    demo,
    demoAdmin: flag('DEMO_ADMIN'),
    payments: flag('ALLOW_SANDBOX', 'off') || demo || Boolean(env['STRIPE_SECRET_KEY']),
    given: {
      postgresUrl: server('POSTGRES_URL', /^postgres(?:ql)?:\/\//),
      mongodbUrl: server('MONGODB_URL', /^mongodb(?:\+srv)?:\/\//),
      redisUrl: server('REDIS_URL', /^rediss?:\/\//),
    },
  };
  if (faults.length > 0) throw new Error(`${faults.join('; ')}.`);
  return settings;
}
