import { type DestinationStream, type Logger, pino, stdSerializers, stdTimeFunctions } from 'pino';
import { currentContext } from '../base/request-context';
import { parseTraceparent } from './trace-context';

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

/** Fields of errors that are logged. Others may hold data: Redis clients put the whole command into `command.args`. */
const errorFields = [
  'code',
  'errno',
  'syscall',
  'address',
  'port',
  'status',
  'severity',
  'constraint',
  'table',
];

/** An error as it is logged: type, message and stack, of its causes too, and the fields of the list. */
function serializeError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { type, message, stack } = stdSerializers.err(error);
  const fields = Object.entries(error).filter(([name]) => errorFields.includes(name));
  return { type, message, stack, ...Object.fromEntries(fields) };
}

/** The trace ids of a log line; empty outside of a trace. */
export function traceFields(traceparent: string): { trace_id?: string; span_id?: string } {
  const context = traceparent === '' ? undefined : parseTraceparent(traceparent);
  return context ? { trace_id: context.traceId, span_id: context.spanId } : {};
}

/**
 * A JSON logger that adds `correlation_id`, `trace_id` and `span_id` of the current request or event, and redacts
 * secrets.
 */
export const createLogger = (
  service: string,
  level: string,
  destination: DestinationStream = pino.destination(1),
): Logger =>
  pino(
    {
      level,
      base: { service_name: service },
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: serializeError },
      redact: { paths: secretPaths, censor: '[redacted]' },
      mixin: () => {
        const { correlationId, traceparent } = currentContext();
        return { correlation_id: correlationId, ...traceFields(traceparent) };
      },
    },
    destination,
  );
