import type { NextFunction, Request, Response } from 'express';
import { AppError } from '../base/errors';
import { currentContext } from '../base/request-context';
import type { Mountable, Service } from '../runtime/service';
import { answerProblem } from './endpoint';
import { sendProblem } from './problem';

/** Sorts fixed paths before paths with a parameter in the same place. */
const shapeOf = (path: string) =>
  path
    .split('/')
    .map((part) => (part.startsWith(':') ? '1' : '0'))
    .join('');

/** Registers all endpoints, fixed paths before those with parameters, and the handler of unknown paths. */
export function mountEndpoints(service: Service, endpoints: readonly Mountable[]): void {
  const routes = endpoints
    .flatMap(({ paths, ...endpoint }) => paths.map((path) => ({ path, ...endpoint })))
    .sort((a, b) => shapeOf(a.path).localeCompare(shapeOf(b.path)));
  for (const { method, path, handler } of routes) service.app[method](path, handler(service));
  const methodsOf = new Map<string, string[]>();
  for (const { method, path } of routes)
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
    const pathCannotBeDecoded = error instanceof URIError;
    answerProblem(service, res, pathCannotBeDecoded ? new AppError('not_found') : error);
  });
}
