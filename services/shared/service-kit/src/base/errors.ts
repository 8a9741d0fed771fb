import { problemFields, type ProblemFields } from '@bramble/contracts/call-error';
import { type ErrorCode, errorCodes, type Problem } from '@bramble/contracts/errors';

export interface AppErrorOptions {
  detail?: string;
  errors?: { path: string; message: string }[];
  /** Additional members of the problem document, such as the new totals of `price_changed`. */
  extra?: Record<string, unknown>;
  /** Seconds after which a retry makes sense; the edge sends them as Retry-After. */
  retryAfterSeconds?: number;
  /** Headers of the answer, such as Allow; set by the edge and by routes, never by a service. */
  headers?: Record<string, string>;
  cause?: unknown;
}

/** An expected failure with a stable code; its HTTP status and title come from the table in contracts/errors. */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly options: AppErrorOptions;

  constructor(code: ErrorCode, options: AppErrorOptions = {}) {
    super(
      options.detail ?? errorCodes[code].title,
      options.cause === undefined ? undefined : { cause: options.cause },
    );
    this.name = 'AppError';
    this.code = code;
    this.options = options;
  }

  get status(): number {
    return errorCodes[this.code].status;
  }

  /** The RFC 9457 problem document of this error. */
  toProblem(correlationId: string): Problem {
    const { detail, errors, extra } = this.options;
    return {
      type: `urn:bramble:error:${this.code}`,
      title: errorCodes[this.code].title,
      status: this.status,
      code: this.code,
      ...(detail === undefined ? {} : { detail }),
      correlationId,
      ...(errors === undefined ? {} : { errors }),
      ...extra,
    };
  }
}

/** The AppError of another service's problem document; undefined when its code is unknown. */
export function errorOfFields({ code, detail, errors, extra }: ProblemFields): AppError | undefined {
  if (!(code in errorCodes)) return undefined;
  return new AppError(code as ErrorCode, {
    ...(detail === undefined ? {} : { detail }),
    ...(errors === undefined ? {} : { errors: [...errors] }),
    ...(extra === undefined ? {} : { extra }),
  });
}

/** The AppError of a problem document inside an answer; undefined for anything else. */
export function errorOfProblem(document: unknown): AppError | undefined {
  const fields = problemFields(document);
  return fields && errorOfFields(fields);
}

/**
 * True for an error that refused a request, so that the request had no effect. After any other error the effect is
 * unknown.
 */
export const isRefusal = (error: unknown): error is AppError =>
  error instanceof AppError && error.status < 500;

/** An event is too early for its entity: it is retried later and does not count as failed. */
export class NotYet extends Error {
  override readonly name = 'NotYet';
  /** How long the event may be too early, in ms; default 10 minutes. */
  readonly maxEarlyMs: number | undefined;

  constructor(message: string, { cause, maxEarlyMs }: { cause?: unknown; maxEarlyMs?: number } = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.maxEarlyMs = maxEarlyMs;
  }
}

const transientCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  // PostgreSQL: serialization, deadlock, shutting down, starting up, too many connections, read-only after failover.
  '40001',
  '40P01',
  '57P01',
  '57P02',
  '57P03',
  '53300',
  '25006',
  '57014',
  'UND_ERR_SOCKET',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
  'ABORT_ERR',
  'P2034',
  'P1001',
]);
const transientNames = new Set([
  'MongoNetworkError',
  'MongoNetworkTimeoutError',
  'MongoServerSelectionError',
  'MongoNotConnectedError',
  'MongoTopologyClosedError',
  'MongoPoolClearedError',
  'PoolClearedOnNetworkError',
  'MongoWaitQueueTimeoutError',
  'MongoExpiredSessionError',
  'MongoClientClosedError',
  'MaxRetriesPerRequestError',
  'AbortError',
  'TimeoutError',
]);
/** MongoDB server codes for stepping down, shutting down and write conflicts. */
const transientMongo = new Set([6, 7, 89, 91, 112, 189, 262, 9001, 10107, 11600, 11602, 13435, 13436]);
const transientMessages =
  /Connection terminated|Query read timeout|timeout exceeded when trying to connect|Connection is closed|Stream isn't writeable|Command timed out|LOADING|READONLY|server closed the connection|not queryable/i;

/** True for errors of stores and networks that may succeed on a retry, independently of the event or request. */
export function isTransient(error: unknown): boolean {
  if (error instanceof AppError) return ['unavailable', 'timeout', 'bad_gateway'].includes(error.code);
  if (!(error instanceof Error)) return false;
  const { code, errorLabelSet } = error as { code?: unknown; errorLabelSet?: ReadonlySet<string> };
  if (typeof code === 'string' && (transientCodes.has(code) || code.startsWith('08'))) return true;
  if (transientNames.has(error.name) || transientMessages.test(error.message)) return true;
  if (errorLabelSet?.has('TransientTransactionError') || errorLabelSet?.has('RetryableWriteError'))
    return true;
  if (error.name.startsWith('Mongo') && typeof code === 'number' && transientMongo.has(code)) return true;
  return error.cause !== undefined && error.cause !== error && isTransient(error.cause);
}
