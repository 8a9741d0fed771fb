import type { IncomingMessage, ServerResponse } from 'node:http';
import type { EarlyHandler, Service } from '@bramble/service-kit/runtime/service';
import { histogram } from '@bramble/service-kit/observe/metrics';
import type { Client } from '../http/client';
import type { RateLimits } from '../limits/rate-limits';
import { matchesTag } from '../http/etag';
import type { Kept, PublicAnswers } from './public-answers';

/**
 * Answers a public GET from memory before the framework and everything else sees it; what is not at hand goes the usual
 * way. Only the limit of reads is counted.
 */
export function createPublicDoor({
  service,
  answers,
  limits,
  clientOf,
  templateOf,
  crossOrigin,
}: {
  service: Service;
  answers: PublicAnswers;
  limits: RateLimits;
  clientOf: (req: IncomingMessage) => Client;
  templateOf: (url: string) => string;
  /** Some other origin may read answers: those with Origin need headers of their own. */
  crossOrigin: boolean;
}): EarlyHandler {
  const duration = histogram(service, 'http_server_request_duration_seconds');
  const labels = new WeakMap<
    Kept,
    { http_request_method: string; http_route: string; http_response_status_code: string }
  >();
  const labelsOf = (entry: Kept, url: string) => {
    let known = labels.get(entry);
    if (!known) {
      known = { http_request_method: 'GET', http_route: templateOf(url), http_response_status_code: '200' };
      labels.set(entry, known);
    }
    return known;
  };

  return (req: IncomingMessage, res: ServerResponse) => {
    if (req.method !== 'GET') return false;
    const { url = '', headers } = req;
    const entry = answers.peek(url);
    if (!entry || (crossOrigin && headers.origin !== undefined)) return false;
    const startedAt = performance.now();
    const client = clientOf(req);
    if (!limits.readAllowed(client.address)) return false;
    answers.onHit(entry);
    const written = client.secure ? entry.written.secure : entry.written.plain;
    const known = labelsOf(entry, url);
    if (matchesTag(headers['if-none-match'], entry.etag)) {
      const { 'content-length': _length, 'content-type': _type, ...rest } = written;
      res.writeHead(304, rest).end();
      duration.observe(
        { ...known, http_response_status_code: '304' },
        (performance.now() - startedAt) / 1000,
      );
      return true;
    }
    res.writeHead(200, written);
    res.end(entry.body);
    duration.observe(known, (performance.now() - startedAt) / 1000);
    return true;
  };
}
