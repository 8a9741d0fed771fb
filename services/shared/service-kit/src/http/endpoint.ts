import type { NextFunction, Request, RequestHandler, Response } from 'express';
import type { Answer, Operation, Parsed } from '@bramble/contracts/operation';
import { authorize } from './authorize';
import { checkBodyHeaders, JSON_LIMIT, parseJson, readBody, requestHash } from './body';
import { inTests } from '../base/config';
import type { Mountable, Service } from '../runtime/service';
import { AppError, isTransient } from '../base/errors';
import { sendProblem, setRoute } from './edge';
import type { Actor } from '../base/internal-auth';
import { currentContext } from '../base/request-context';
import { parseQuery, refuseUnkeepable, validate } from './validate';

/** What a handler gets, parsed and checked. */
export interface Input<O extends Operation, F = undefined> {
  params: Parsed<O['params']>;
  query: Parsed<O['query']>;
  body: Parsed<O['body']>;
  actor: Actor;
  found: F;
  idempotency: O['idempotent'] extends true ? { key: string; hash: string } : undefined;
  /** The version of If-Match, when sent and not `*`. */
  ifMatch: number | undefined;
  req: Request;
  res: Response;
}
type FindInput<O extends Operation> = Pick<Input<O>, 'params' | 'actor' | 'req'>;

export interface EndpointOptions<O extends Operation, F> {
  /** Loads what the path names, for this caller; throws `not_found`. It runs before the body is read. */
  find?: (input: FindInput<O>) => Promise<F>;
  /** The largest body in bytes; 100 kB unless told. */
  bodyLimit?: number;
}

/** An answer whose status or headers the handler chose. */
export class Reply {
  constructor(
    readonly status: number,
    readonly body: unknown,
    readonly headers: Readonly<Record<string, string>>,
  ) {}
}
/** Answers with a status of one's own, for example 304, or with headers such as ETag. */
export const reply = (status: number, body?: unknown, headers: Record<string, string> = {}): Reply =>
  new Reply(status, body, headers);

const successOf = (operation: Operation): number =>
  Number(Object.keys(operation.responses).find((status) => status.startsWith('2')) ?? 200);
const template = (path: string) => path.replace(/:([A-Za-z]+)/g, '{$1}');

function idempotencyKey(req: Request): string {
  const key = req.headers['idempotency-key'];
  if (typeof key !== 'string' || key.trim() === '') throw new AppError('missing_idempotency_key');
  if (!/^[\x21-\x7e]{1,255}$/.test(key))
    throw new AppError('invalid_input', {
      errors: [{ path: 'Idempotency-Key', message: '1 to 255 visible characters' }],
    });
  return key;
}

/** Only a percent sign can bring in what cannot be kept. */
function queryOf(url: string) {
  const query = parseQuery(url);
  if (url.includes('%00')) refuseUnkeepable(query);
  return query;
}

/** The version in `If-Match: "3"`; our own ETag `"3-17"` is understood too. */
function ifMatchOf(req: Request, operation: Operation): number | undefined {
  if (!operation.ifMatch) return undefined;
  const header = req.headers['if-match'];
  if (header === undefined) {
    if (operation.ifMatch === 'required') throw new AppError('precondition_required');
    return undefined;
  }
  if (header.trim() === '')
    throw new AppError('invalid_input', { errors: [{ path: 'If-Match', message: 'names a version' }] });
  if (header.trim() === '*') return undefined;
  const version = /^(?:W\/)?"(\d{1,9})(?:-\d+)?"$/.exec(header.trim())?.[1];
  if (version === undefined) throw new AppError('version_conflict', { detail: 'If-Match names no version' });
  return Number(version);
}

function send(res: Response, operation: Operation, result: unknown): void {
  const { status, body, headers } = result instanceof Reply ? result : reply(successOf(operation), result);
  for (const [name, value] of Object.entries(headers)) res.setHeader(name, value);
  if (!res.hasHeader('cache-control')) res.setHeader('cache-control', 'no-store');
  if (body === undefined || status === 204 || status === 304) {
    res.writeHead(status).end();
    return;
  }
  const bytes = Buffer.from(JSON.stringify(body));
  res.writeHead(status, { 'content-type': 'application/json', 'content-length': bytes.length }).end(bytes);
}

/** In tests every answer is held against the contract, so that a drift fails where it arises. */
function checkAnswer(operation: Operation, result: unknown): void {
  if (!inTests) return;
  const { status, body } = result instanceof Reply ? result : reply(successOf(operation), result);
  const schema = operation.responses[status];
  if (schema) schema.parse(JSON.parse(JSON.stringify(body ?? null)));
}

/**
 * Implements an operation of the contracts. Checks come in the contract's order: 413 and 415 from the headers, the
 * internal token and access (401, 403), the path's parameters and `find` (404), query and body (400), the
 * Idempotency-Key (400), If-Match (428, 412). `find` throws `not_found` for what is not there or not the caller's.
 */
export function endpoint<const O extends Operation>(
  operation: O,
  handle: (input: Input<O>) => Promise<Answer<O> | Reply>,
): Mountable[];
export function endpoint<const O extends Operation, F>(
  operation: O,
  options: EndpointOptions<O, F>,
  handle: (input: Input<O, F>) => Promise<Answer<O> | Reply>,
): Mountable[];
export function endpoint<O extends Operation, F>(
  operation: O,
  second: EndpointOptions<O, F> | ((input: Input<O, F>) => Promise<Answer<O> | Reply>),
  third?: (input: Input<O, F>) => Promise<Answer<O> | Reply>,
): Mountable[] {
  const options: EndpointOptions<O, F> = typeof second === 'function' ? {} : second;
  const handle = typeof second === 'function' ? second : third;
  if (!handle) throw new TypeError(`${operation.method} ${operation.path} has no handler`);
  const route = template(operation.path);
  const limit = options.bodyLimit ?? JSON_LIMIT;
  const run = async (service: Service, req: Request, res: Response) => {
    setRoute(res, route);
    if (!operation.multipart) checkBodyHeaders(req, { limit });
    const actor = authorize(service, operation, req);
    const params = operation.params?.safeParse(req.params);
    if (params && !params.success) throw new AppError('not_found');
    const known = { params: params?.data as Parsed<O['params']>, actor, req };
    const found = (await options.find?.(known)) as F;
    const query = operation.query ? validate(operation.query, queryOf(req.url)) : undefined;
    const bytes = operation.body ? await readBody(req, limit) : undefined;
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
    if (res.writableEnded || res.headersSent) return;
    checkAnswer(operation, result);
    send(res, operation, result);
  };
  const handler = (service: Service): RequestHandler =>
    guarded(service, (req, res) => run(service, req, res));
  return [operation.path, ...(operation.aliases ?? [])].map((path) => ({
    method: operation.method,
    path,
    handler,
  }));
}

/** Mounts a plain handler behind the internal-token check, for bytes instead of JSON. `actor` is who calls. */
export function raw(
  method: Operation['method'],
  path: string,
  handle: (req: Request, res: Response, actor: Actor) => Promise<void>,
): Mountable {
  return {
    method,
    path,
    handler: (service) =>
      guarded(service, async (req, res) => {
        setRoute(res, template(path));
        await handle(req, res, authorize(service, { access: 'anyone' }, req));
      }),
  };
}

const guarded =
  (service: Service, run: (req: Request, res: Response) => Promise<void>): RequestHandler =>
  (req, res) => {
    run(req, res).catch((error: unknown) => fail(service, error, res));
  };

function fail(service: Service, error: unknown, res: Response): void {
  const { correlationId } = currentContext();
  if (error instanceof AppError) {
    if (error.status >= 500) service.log.warn({ err: error }, 'a request could not be served');
    sendProblem(res, error, correlationId);
    return;
  }
  if (isTransient(error)) {
    service.log.warn({ err: error }, 'a request found a store away');
    sendProblem(res, new AppError('unavailable', { cause: error }), correlationId);
    return;
  }
  service.log.error({ err: error }, 'a request failed unexpectedly');
  sendProblem(res, new AppError('internal', { cause: error }), correlationId);
}

/** Registers all endpoints, fixed paths before those with parameters, and what answers when none fits. */
export function mountEndpoints(service: Service, endpoints: readonly Mountable[]): void {
  const parameters = (path: string) =>
    path
      .split('/')
      .map((part) => (part.startsWith(':') ? '1' : '0'))
      .join('');
  const sorted = [...endpoints].sort((a, b) => parameters(a.path).localeCompare(parameters(b.path)));
  for (const { method, path, handler } of sorted) service.app[method](path, handler(service));
  const methodsOf = new Map<string, string[]>();
  for (const { method, path } of sorted)
    methodsOf.set(path, [...(methodsOf.get(path) ?? []), method.toUpperCase()]);
  for (const [path, methods] of methodsOf) {
    service.app.all(path, (_req, res) => {
      sendProblem(
        res,
        new AppError('method_not_allowed', { headers: { allow: methods.join(', ') } }),
        currentContext().correlationId,
      );
    });
  }
  service.app.use((_req: Request, res: Response) =>
    sendProblem(res, new AppError('not_found'), currentContext().correlationId),
  );
  service.app.use((error: unknown, _req: Request, res: Response, _next: NextFunction) => {
    const badPath = error instanceof URIError;
    fail(service, badPath ? new AppError('not_found') : error, res);
  });
}
