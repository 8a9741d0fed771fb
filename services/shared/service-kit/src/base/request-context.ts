import { AsyncLocalStorage } from 'node:async_hooks';
import { newId } from './ids';

/** The change that a request asks for, in the terms of the audit log. */
export interface Act {
  /** The operation's id. */
  action: string;
  actorId: string;
  address: string;
  /** True when a staff role allows the operation. Then the act is audited, whoever owns its target. */
  byStaff: boolean;
  /** True once an audit entry was written with the change, or the request was passed on to the service that writes it. */
  recorded: boolean;
}

/** The context of the current request or event. `traceparent` is W3C trace context or empty. */
export interface RequestContext {
  correlationId: string;
  traceparent: string;
  /** The change that the request asks for, if it asks for one. */
  act?: Act;
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
