import { pino, stdTimeFunctions, type Logger } from 'pino';
import { currentContext } from './request-context';

export type { Logger };

/** Paths that hold secrets wherever they stand in a logged object. */
const secretPaths = [
  'password',
  'token',
  'accessToken',
  'refreshToken',
  'authorization',
  'cookie',
  'email',
].flatMap((name) => [name, `*.${name}`, `*.*.${name}`]);

/** A JSON logger that adds `correlation_id` of the request or event at hand and blots out secrets. */
export const createLogger = (service: string, level: string): Logger =>
  pino({
    level,
    base: { service_name: service },
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    redact: { paths: secretPaths, censor: '[redacted]' },
    mixin: () => ({ correlation_id: currentContext().correlationId }),
  });
