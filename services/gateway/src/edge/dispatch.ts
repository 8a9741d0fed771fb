import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { AppError } from '@bramble/service-kit/base/errors';
import { currentContext } from '@bramble/service-kit/base/request-context';
import type { PublicAnswers } from '../cache/public-answers';
import { type Caller, callerHeaders, type Forward, writeAnswer } from '../proxy/forward';
import type { Matched } from '../proxy/operations';
import type { Upstreams } from '../proxy/upstreams';

export interface DispatchParts {
  /** The key of users' requests to a service. */
  keyOf: (service: string) => string;
  upstreams: Upstreams;
  forward: Forward;
  answers: PublicAnswers;
  /** The handler of the gateway's own operations. */
  ownRoutes: RequestListener;
}

/** Makes the function that sends a request to its operation's service, or to the gateway's own handler. */
export function createDispatch({ keyOf, upstreams, forward, answers, ownRoutes }: DispatchParts) {
  return async (
    req: IncomingMessage,
    res: ServerResponse,
    { operation, template }: Matched,
    caller: Caller,
  ): Promise<void> => {
    const { url = '/', method } = req;
    if (operation.service === 'gateway') {
      const { correlationId } = currentContext();
      Object.assign(req.headers, callerHeaders(keyOf('gateway'), operation.service, caller, correlationId));
      req.headers['x-client-address'] = caller.address;
      ownRoutes(req, res);
      return;
    }
    const upstream = upstreams[operation.service];
    if (!upstream)
      throw new AppError('unavailable', { detail: `this shop runs without ${operation.service}` });
    if (operation.shared && method === 'GET') {
      const asked = { url, kind: operation.shared, route: template };
      writeAnswer(
        req,
        res,
        await answers.get(asked, () => forward.fetchShared({ template, upstream, path: url })),
      );
      return;
    }
    const answer = await forward.request(req, { operation, template, upstream, path: url, caller });
    if (operation.changes && answer.status < 300) answers.clear();
    writeAnswer(req, res, answer);
  };
}
export type Dispatch = ReturnType<typeof createDispatch>;
