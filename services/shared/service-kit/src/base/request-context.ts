import { AsyncLocalStorage } from 'node:async_hooks';
import type { Actor } from './actor';
import { newId } from './ids';

/** The context of the current request or event. `traceparent` is W3C trace context or empty. */
export interface RequestContext {
  correlationId: string;
  traceparent: string;
  actor?: Actor;
}

const storage = new AsyncLocalStorage<RequestContext>();

/** The current context; a new one outside of a request or event. */
export const currentContext = (): RequestContext =>
  storage.getStore() ?? { correlationId: newId(), traceparent: '' };

/** Runs `fn` with `context` as the current context, across awaits. */
export const withContext = <T>(context: RequestContext, fn: () => T): T => storage.run(context, fn);

const correlationIdPattern = /^[A-Za-z0-9._:-]{1,128}$/;

/** The caller's correlation id if it is well formed, otherwise a new one. */
export const correlationIdFrom = (header: string | string[] | undefined): string =>
  typeof header === 'string' && correlationIdPattern.test(header) ? header : newId();
