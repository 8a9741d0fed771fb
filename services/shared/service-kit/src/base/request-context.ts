import { AsyncLocalStorage } from 'node:async_hooks';
import type { Actor } from './actor';
import { newId } from './ids';

/** What is known of the request or event at hand. `traceparent` is W3C trace context or empty. */
export interface RequestContext {
  correlationId: string;
  traceparent: string;
  actor?: Actor;
}

const storage = new AsyncLocalStorage<RequestContext>();

/** The context of the request or event at hand; outside of one, a fresh one. */
export const currentContext = (): RequestContext =>
  storage.getStore() ?? { correlationId: newId(), traceparent: '' };

/** Runs `fn` with `context` as the current one, across awaits. */
export const withContext = <T>(context: RequestContext, fn: () => T): T => storage.run(context, fn);

const correlationIdPattern = /^[A-Za-z0-9._:-]{1,128}$/;

/** The caller's correlation id when it is well formed, else a new one. */
export const correlationIdFrom = (header: string | string[] | undefined): string =>
  typeof header === 'string' && correlationIdPattern.test(header) ? header : newId();
