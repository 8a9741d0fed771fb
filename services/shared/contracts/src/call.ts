import type { z } from 'zod';
import { CallError, type Endpoint, parseJson, problemOf } from './call-error';
import { type Answer, type Operation, successOf, type SuccessStatus } from './operation';

/**
 * The part of an operation that a call needs at run time. Every `Operation` has it. A client that must be small (the
 * storefront) has only this part, and the types of `O`.
 */
export interface Route<O extends Operation = Operation> {
  readonly method: O['method'];
  readonly path: O['path'];
  readonly success: SuccessStatus<O>;
  /** Never set; carries the type `O`. */
  readonly contract?: O;
}

type Field<Name extends string, Value> =
  Record<never, never> extends Value ? Partial<Record<Name, Value>> : Record<Name, Value>;
type Part<Name extends string, Schema> = Schema extends z.ZodType
  ? Field<Name, z.input<Schema>>
  : Partial<Record<Name, undefined>>;

/**
 * The state that a change is meant for: a product's version, or its version and stock revision (`3-17`, as in its ETag)
 * for a change that sets stock.
 */
export type SeenState = number | `${number}-${number}`;

/** The input of a call: the parts that the operation has, before defaults are applied. */
export type CallInput<O extends Operation> = Part<'params', O['params']> &
  Part<'query', O['query']> &
  Part<'body', O['body']> &
  (O['multipart'] extends true ? { readonly form: FormData } : { readonly form?: undefined }) &
  (O['idempotent'] extends true
    ? { readonly idempotencyKey: string }
    : { readonly idempotencyKey?: undefined }) &
  (O['ifMatch'] extends 'required'
    ? { readonly ifMatch: SeenState }
    : O['ifMatch'] extends 'optional'
      ? { readonly ifMatch?: SeenState | undefined }
      : { readonly ifMatch?: undefined });

/** The input without its types, for `encode`. */
interface LooseInput {
  readonly params?: unknown;
  readonly query?: unknown;
  readonly body?: unknown;
  readonly form?: FormData | undefined;
  readonly idempotencyKey?: string | undefined;
  readonly ifMatch?: SeenState | undefined;
}

/** An encoded request; `path` includes the query, and header names are in lower case. */
export interface CallRequest {
  readonly method: Uppercase<Operation['method']>;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | FormData | undefined;
}
/** The parts of an answer that `decode` reads. */
export interface CallAnswer {
  readonly status: number;
  readonly text: string;
  /** The X-Correlation-Id of the answer, for answers whose body has none. */
  readonly correlationId?: string | undefined;
}

/** The path and query of a call, such as `/api/orders/1?limit=20`; undefined query values are left out. */
function pathOf(template: string, params: unknown, query: unknown): string {
  const values = (params ?? {}) as Record<string, unknown>;
  const path = template.replace(/:([A-Za-z]+)/g, (_, name: string) => {
    if (values[name] === undefined) throw new TypeError(`${template} needs ${name}`);
    return encodeURIComponent(String(values[name]));
  });
  const pairs = Object.entries((query ?? {}) as Record<string, unknown>)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(String(value))}`);
  return pairs.length > 0 ? `${path}?${pairs.join('&')}` : path;
}

/** The HTTP request of a call. Throws TypeError when a parameter of the path is missing. */
export function encode(operation: Endpoint, input: LooseInput = {}): CallRequest {
  const headers: Record<string, string> = {};
  if (input.body !== undefined) headers['content-type'] = 'application/json';
  if (input.idempotencyKey !== undefined) headers['idempotency-key'] = input.idempotencyKey;
  if (input.ifMatch !== undefined) headers['if-match'] = `"${input.ifMatch}"`;
  return {
    method: operation.method.toUpperCase() as CallRequest['method'],
    path: pathOf(operation.path, input.params, input.query),
    headers,
    body: input.form ?? (input.body === undefined ? undefined : JSON.stringify(input.body)),
  };
}

/**
 * Parses a successful answer by the operation's schema (a `Route` has none, so its body is not checked). Throws
 * CallError for every other answer.
 */
export function decode<O extends Operation>(
  operation: O | Route<O>,
  { status, text, correlationId }: CallAnswer,
): Answer<O> {
  const wrong = (detail: string, cause?: unknown) =>
    new CallError(operation, status, { code: 'bad_gateway', detail, correlationId }, { cause });
  if (status < 200 || status > 299) {
    const problem = problemOf(text);
    if (!problem) throw wrong('the answer is no problem document');
    throw new CallError(operation, status, {
      ...problem,
      correlationId: problem.correlationId ?? correlationId,
    });
  }
  const success = 'responses' in operation ? successOf(operation) : operation.success;
  if (status !== success) throw wrong(`the contract says ${success}`);
  const schema = 'responses' in operation ? operation.responses[status] : undefined;
  if (schema === null || status === 204) return undefined as Answer<O>;
  const body = parseJson(text);
  if (body === undefined) throw wrong('the answer is not JSON');
  const checked = schema?.safeParse(body) ?? { success: true, data: body };
  if (!checked.success) throw wrong('the answer is not what the contract says', checked.error);
  return checked.data as Answer<O>;
}

type CallArguments<O extends Operation, Extra> =
  Record<never, never> extends CallInput<O> & Extra
    ? [input?: CallInput<O> & Extra]
    : [input: CallInput<O> & Extra];

/**
 * Calls an operation: `call(ordersApi.get, { params: { id } })` → `{ order }`. `Extra` is the transport's own options,
 * such as a token. Rejects with CallError, or with what the transport throws.
 */
export type Call<Extra extends object = Record<never, never>> = <const O extends Operation>(
  operation: O | Route<O>,
  ...input: CallArguments<O, Extra>
) => Promise<Answer<O>>;

/** Makes a typed call function from a function that sends one request. */
export const callBy =
  <Extra extends object = Record<never, never>>(
    send: (request: CallRequest, extra: Extra, operation: Endpoint) => Promise<CallAnswer>,
  ): Call<Extra> =>
  async (operation, ...[input]) => {
    const extra = input ?? {};
    return decode(operation, await send(encode(operation, extra), extra as Extra, operation));
  };
