import { type IncomingMessage, ServerResponse } from 'node:http';
import type { ProxyOptions } from 'vite';
import { errorCodes } from '../../services/shared/contracts/src/errors';
import { reservedSegments } from '../../services/shared/contracts/src/gateway';

const wantsPage = (req: IncomingMessage): boolean => (req.headers.accept ?? '').includes('text/html');

/** A gateway that restarts is away for a second or two; the storefront knows this answer. */
const configure: NonNullable<ProxyOptions['configure']> = (proxy) => {
  proxy.on('error', (_error, _req, res) => {
    if (!(res instanceof ServerResponse) || res.headersSent) return;
    const problem = {
      type: 'about:blank',
      ...errorCodes.unavailable,
      code: 'unavailable',
      detail: 'the gateway is away',
      correlationId: '',
    };
    res.writeHead(503, { 'content-type': 'application/problem+json', 'retry-after': '1' });
    res.end(JSON.stringify(problem));
  });
};

/** The reserved paths in upper and lower case, so that the gateway answers 404 where a page would hide a mistake. */
const reserved = reservedSegments
  .join('|')
  .replace(/[a-z]/g, (letter) => `[${letter}${letter.toUpperCase()}]`);

/**
 * What Vite's server passes on to the gateway: the API, the sockets and the other paths that no page has, and `/` for
 * whoever asks for no page. The Host header stays what the browser sent, because the gateway compares it with Origin.
 */
export const gatewayProxy = (url: string): Record<string, ProxyOptions> => ({
  [`^/(?:${reserved})(?:[/?]|$)`]: { target: url, changeOrigin: false, ws: true, configure },
  '^/(?:\\?|$)': {
    target: url,
    changeOrigin: false,
    configure,
    bypass: (req) => (wantsPage(req) ? req.url : undefined),
  },
});
