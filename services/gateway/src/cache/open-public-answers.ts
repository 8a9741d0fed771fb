import { counter } from '@bramble/service-kit/observe/metrics';
import { every } from '@bramble/service-kit/runtime/clock';
import type { Service } from '@bramble/service-kit/runtime/service';
import type { Redis } from '@bramble/service-kit/stores/redis';
import { answeredHeaders } from '../http/headers';
import { securityHeaders } from '../http/security-headers';
import { subscribeToChanges } from './changes.repository';
import { createPublicAnswers, type PublicAnswer } from './public-answers';

const EXPIRY_MS = 10_000;

function headersFor(answer: PublicAnswer, secure: boolean): Record<string, string> {
  const flat = securityHeaders('data', secure);
  const headers: Record<string, string> = {};
  for (let at = 0; at < flat.length; at += 2) headers[flat[at] ?? ''] = flat[at + 1] ?? '';
  for (const [name, value] of Object.entries(answeredHeaders(answer.headers))) headers[name] = String(value);
  headers['content-length'] = String(answer.body.length);
  return headers;
}

/** The gateway's cache of public answers, invalidated by the changes that catalog publishes. */
export function openPublicAnswers(service: Service, redis: Redis) {
  const requests = counter(service, 'bramble_cache_requests_total');
  const answers = createPublicAnswers({
    count: (cache, result) => requests.inc({ cache, result }),
    headersFor,
  });
  subscribeToChanges(service, redis, answers.changed);
  every(service, {
    name: 'expiry of public answers',
    ms: EXPIRY_MS,
    run: () => Promise.resolve(answers.dropExpired()),
  });
  return answers;
}
