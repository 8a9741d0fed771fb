import type { Request, RequestHandler, Response } from 'express';
import type { Answer, Operation, Parsed } from '@bramble/contracts/operation';
import { actOf } from '../base/act';
import type { Actor } from '../base/actor';
import { inTests } from '../base/config';
import { AppError } from '../base/errors';
import { currentContext } from '../base/request-context';
import type { Mountable, Service } from '../runtime/service';
import { authorize } from './authorize';
import { checkBodyHeaders, jsonLimitOf, parseJson, readBody, requestHash } from './body';
import { clientAddress } from './client-address';
import { idempotencyKey, ifMatchOf, type SeenState } from './conditions';
import { setQuiet, setRoute } from './edge';
import { problemOf, sendProblem } from './problem';
import { JSON_TYPE, reply, Reply, sendReply } from './reply';
import { parseQuery, refuseUnstorable, validate } from './validate';

/** The parsed input of a handler. */
export interface Input<O extends Operation, F = undefined> {
  params: Parsed<O['params']>;
  query: Parsed<O['query']>;
  body: Parsed<O['body']>;
  actor: Actor;
  found: F;
  idempotency: O['idempotent'] extends true ? { key: string; hash: string } : undefined;
  /** The state that If-Match names, if it was sent and is not `*`. */
  ifMatch: SeenState | undefined;
  req: Request;
  res: Response;
}
type FindInput<O extends Operation> = Pick<Input<O>, 'params' | 'actor' | 'req'>;

export interface EndpointOptions<O extends Operation, F> {
  /** Loads the entity that the path names, for this caller; throws `not_found`. Runs before the body is read. */
  find?: (input: FindInput<O>) => Promise<F>;
  /** The largest body in bytes; by default 100 kB, and 4 kB where the operation is slow. */
  bodyLimit?: number;
}

const successOf = (operation: Operation): number =>
  Number(Object.keys(operation.responses).find((status) => status.startsWith('2')) ?? 200);
const template = (path: string) => path.replace(/:([A-Za-z]+)/g, '{$1}');

/** Only an encoded path can contain characters that no store accepts. */
function queryOf(url: string) {
  const query = parseQuery(url);
  if (url.includes('%00')) refuseUnstorable(query);
  return query;
}

/** In tests every answer is checked against the contract, so that a deviation fails where it occurs. */
function checkAnswer(operation: Operation, { status, body, headers }: Reply): void {
  const isJson = (headers['content-type'] ?? JSON_TYPE) === JSON_TYPE;
  if (!inTests || !isJson) return;
  const text = Buffer.isBuffer(body) ? body.toString('utf8') : JSON.stringify(body ?? null);
  operation.responses[status]?.parse(JSON.parse(text));
}

/**
 * In tests a change by staff that leaves no audit entry fails, so that no operation is forgotten. A repeated request with
 * an idempotency key changes nothing.
 */
function checkAudit({ id, access, idempotent }: Operation, { status }: Reply): void {
  const { act } = currentContext();
  const asked = act?.byStaff === true && !act.recorded && access !== 'service' && !idempotent;
  if (inTests && asked && status < 300) throw new Error(`${id} was called by staff and wrote no audit entry`);
}

/**
 * Implements an operation. The order of the checks is the contract's: 413 and 415 from the headers, internal token and
 * access (401, 403), path parameters and `find` (404), query and body (400), Idempotency-Key (400), If-Match (428,
 * 412). `find` throws `not_found` for a missing or foreign entity.
 */
export function endpoint<const O extends Operation>(
  operation: O,
  handle: (input: Input<O>) => Promise<Answer<O> | Reply>,
): Mountable;
export function endpoint<const O extends Operation, F>(
  operation: O,
  options: EndpointOptions<O, F>,
  handle: (input: Input<O, F>) => Promise<Answer<O> | Reply>,
): Mountable;
export function endpoint<O extends Operation, F>(
  operation: O,
  second: EndpointOptions<O, F> | ((input: Input<O, F>) => Promise<Answer<O> | Reply>),
  third?: (input: Input<O, F>) => Promise<Answer<O> | Reply>,
): Mountable {
  const options: EndpointOptions<O, F> = typeof second === 'function' ? {} : second;
  const handle = typeof second === 'function' ? second : third;
  if (!handle) throw new TypeError(`${operation.method} ${operation.path} has no handler`);
  const route = template(operation.path);
  const limit = options.bodyLimit ?? jsonLimitOf(operation);
  const run = async (service: Service, req: Request, res: Response) => {
    setRoute(res, route);
    if (!operation.multipart) checkBodyHeaders(req, { limit });
    const actor = authorize(service, operation, req);
    const act = actOf(operation, actor, clientAddress(req));
    if (act) currentContext().act = act;
    const params = operation.params?.safeParse(req.params);
    if (params && !params.success) throw new AppError('not_found');
    const known = { params: params?.data as Parsed<O['params']>, actor, req };
    const found = (await options.find?.(known)) as F;
    const query = operation.query ? validate(operation.query, queryOf(req.url)) : undefined;
    const bytes = operation.body ? await readBody(req, { limit }) : undefined;
    const body = operation.body && bytes ? validate(operation.body, parseJson(bytes)) : undefined;
    const idempotency = operation.idempotent
      ? {
          key: idempotencyKey(req),
          hash: requestHash(`${operation.method} ${req.path}`, bytes ?? Buffer.alloc(0)),
        }
      : undefined;
    const ifMatch = ifMatchOf(req, operation);
    const input = { ...known, found, query, body, idempotency, ifMatch, res } as Input<O, F>;
    const result = await handle(input);
    const answer = result instanceof Reply ? result : reply(successOf(operation), result);
    if (operation.polled || (answer.status >= 500 && answer.status in operation.responses)) setQuiet(res);
    checkAnswer(operation, answer);
    checkAudit(operation, answer);
    sendReply(req, res, answer);
  };
  const handler =
    (service: Service): RequestHandler =>
    (req, res) => {
      run(service, req, res).catch((error: unknown) => answerProblem(service, res, error));
    };
  return { method: operation.method, paths: [operation.path, ...(operation.aliases ?? [])], handler };
}

/** Sends the problem document of `error` and logs unexpected errors. */
export function answerProblem({ log }: Pick<Service, 'log'>, res: Response, error: unknown): void {
  const problem = problemOf(error);
  if (problem.code === 'internal') log.error({ err: error }, 'a request failed unexpectedly');
  else if (problem.status >= 500) log.warn({ err: error }, 'a request could not be served');
  sendProblem(res, problem, currentContext().correlationId);
}
