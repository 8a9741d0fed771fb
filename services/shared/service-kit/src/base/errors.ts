import { types } from 'node:util';
import { problemFields, type ProblemFields } from '@bramble/contracts/call-error';
import { type ErrorCode, errorCodes, type Problem } from '@bramble/contracts/errors';
import { isRefusedByStore, isStoreAway } from './store-errors';

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
  /** True when later events of its key wait behind it; by default they pass, since it may wait for one of them. */
  readonly holdsKey: boolean;

  constructor(message: string, options: { cause?: unknown; maxEarlyMs?: number; holdsKey?: boolean } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.maxEarlyMs = options.maxEarlyMs;
    this.holdsKey = options.holdsKey ?? false;
  }
}

/** True for errors of stores and networks that may succeed on a retry, independently of the event or request. */
export function isTransient(error: unknown): boolean {
  if (error instanceof AppError) return ['unavailable', 'timeout', 'bad_gateway'].includes(error.code);
  if (!types.isNativeError(error)) return false;
  if (isStoreAway(error)) return true;
  return error.cause !== undefined && error.cause !== error && isTransient(error.cause);
}

/** Marks an error that the same input meets every time, so that trying again for hours is of no use. */
export interface Definite {
  readonly definite: true;
}

/** True for a refusal, by a rule or by the store, and for an error that is marked as definite. */
export const isDefinite = (error: unknown): boolean =>
  isRefusal(error) ||
  (error instanceof Error && (isRefusedByStore(error) || (error as Partial<Definite>).definite === true));
