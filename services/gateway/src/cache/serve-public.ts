import type { IncomingMessage, ServerResponse } from 'node:http';
import { isUnchanged } from '@bramble/service-kit/http/conditions';
import { histogram, type MetricsOwner } from '@bramble/service-kit/observe/metrics';
import type { EarlyHandler } from '@bramble/service-kit/runtime/service';
import type { Client } from '../http/client';
import type { RateLimits } from '../limits/rate-limits';
import type { PublicAnswers } from './public-answers';

/**
 * Answers a public GET from the cache, before the framework runs. A miss takes the usual path. Only the limit of reads
 * applies.
 */
export function servePublicAnswers({
  owner,
  answers,
  limits,
  clientOf,
  crossOrigin,
}: {
  owner: MetricsOwner;
  answers: PublicAnswers;
  limits: RateLimits;
  clientOf: (req: IncomingMessage) => Client;
  /**
   * True when other origins are allowed: answers to their requests need CORS headers, which the cache does not hold.
   */
  crossOrigin: boolean;
}): EarlyHandler {
  const duration = histogram(owner, 'http_server_request_duration_seconds');

  return (req: IncomingMessage, res: ServerResponse) => {
    if (req.method !== 'GET') return false;
    const { url = '', headers } = req;
    const entry = answers.getFresh(url);
    if (!entry || (crossOrigin && headers.origin !== undefined)) return false;
    const startedAt = performance.now();
    const client = clientOf(req);
    if (!limits.readAllowed(client.address)) return false;
    answers.onHit(entry);
    const written = client.secure ? entry.written.secure : entry.written.plain;
    const unchanged = isUnchanged(headers, entry.etag);
    if (unchanged) {
      const { 'content-length': _length, 'content-type': _type, ...rest } = written;
      res.writeHead(304, rest).end();
    } else {
      res.writeHead(200, written).end(entry.body);
    }
    duration.observe(
      {
        http_request_method: 'GET',
        http_route: entry.route,
        http_response_status_code: unchanged ? '304' : '200',
      },
      (performance.now() - startedAt) / 1000,
    );
    return true;
  };
}
