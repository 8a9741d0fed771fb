import type { ErrorCode, Problem } from './errors';
import type { Operation } from './operation';
import type { QuoteTotals } from './orders';

/** An operation, or the part of it that names it in an error. */
export type Endpoint = Pick<Operation, 'method' | 'path'>;

/** Additional members of a problem document, by error code. */
export interface ProblemExtra {
  /** Of `price_changed`: the current totals. */
  readonly totals?: QuoteTotals;
  /** Of `version_conflict` and `stock_changed`: the product's current state. */
  readonly current?: NonNullable<Problem['current']>;
  /** Of `out_of_stock`: the quantity that is left. */
  readonly available?: number;
  readonly [name: string]: unknown;
}

/** The members of a problem document that callers use. */
export interface ProblemFields {
  readonly code: ErrorCode | 'offline' | (string & {});
  readonly title?: string | undefined;
  readonly detail?: string | undefined;
  readonly errors?: readonly { path: string; message: string }[] | undefined;
  readonly extra?: ProblemExtra;
  readonly correlationId?: string | undefined;
}

/**
 * A failed call. `code` is that of the problem document; `bad_gateway` when the answer does not match the contract;
 * `offline`, with status 0, when a client reports that there was no answer.
 */
export class CallError extends Error {
  override readonly name = 'CallError';
  readonly code: ProblemFields['code'];
  readonly title: string | undefined;
  readonly detail: string | undefined;
  readonly errors: ProblemFields['errors'];
  readonly extra: ProblemExtra;
  readonly correlationId: string | undefined;

  constructor(
    { method, path }: Endpoint,
    readonly status: number,
    { code, title, detail, errors, extra = {}, correlationId }: ProblemFields,
    options?: ErrorOptions,
  ) {
    const faults = (errors ?? []).map((fault) => `${fault.path} ${fault.message}`);
    const reasons = [detail ?? title ?? 'no reason given', ...faults].join(', ');
    super(`${method.toUpperCase()} ${path} answered ${status} ${code}: ${reasons}`, options);
    this.code = code;
    this.title = title;
    this.detail = detail;
    this.errors = errors;
    this.extra = extra;
    this.correlationId = correlationId;
  }
}

/** True when a call failed with one of these codes. */
export const isCode = (error: unknown, ...codes: (ErrorCode | 'offline')[]): error is CallError =>
  error instanceof CallError && (codes as string[]).includes(error.code);

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The fields of a problem document; undefined for anything else. */
export function problemFields(document: unknown): ProblemFields | undefined {
  if (!isObject(document)) return undefined;
  const { code, title, detail, errors, correlationId, type: _type, status: _status, ...extra } = document;
  if (typeof code !== 'string') return undefined;
  return {
    code,
    title: typeof title === 'string' ? title : undefined,
    detail: typeof detail === 'string' ? detail : undefined,
    errors: Array.isArray(errors) ? (errors as { path: string; message: string }[]) : undefined,
    extra,
    correlationId: typeof correlationId === 'string' ? correlationId : undefined,
  };
}

/** Parses JSON; undefined for a text that is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The fields of a text that is a problem document; undefined for any other text. */
export const problemOf = (text: string): ProblemFields | undefined => problemFields(parseJson(text));
