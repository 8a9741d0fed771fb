import { type Logger, pino, stdTimeFunctions } from 'pino';
import { currentContext } from '../base/request-context';
import { parseTraceparent } from './tracing/trace-context';

export type { Logger };

/** Paths of secrets in logged objects. */
const secretPaths = [
  'password',
  'token',
  'accessToken',
  'refreshToken',
  'authorization',
  'cookie',
  'email',
].flatMap((name) => [name, `*.${name}`, `*.*.${name}`]);

/** The trace ids of a log line; empty outside of a trace. */
export function traceFields(traceparent: string): { trace_id?: string; span_id?: string } {
  const context = traceparent === '' ? undefined : parseTraceparent(traceparent);
  return context ? { trace_id: context.traceId, span_id: context.spanId } : {};
}

/**
 * A JSON logger that adds `correlation_id`, `trace_id` and `span_id` of the current request or event, and redacts
 * secrets.
 */
export const createLogger = (service: string, level: string): Logger =>
  pino({
    level,
    base: { service_name: service },
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    redact: { paths: secretPaths, censor: '[redacted]' },
    mixin: () => {
      const { correlationId, traceparent } = currentContext();
      return { correlation_id: correlationId, ...traceFields(traceparent) };
    },
  });
