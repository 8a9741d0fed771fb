import { LRUCache } from 'lru-cache';
import { internalTokenHeader, verifyInternalToken } from '@bramble/service-kit/base/internal-auth';
import { sendReply } from '@bramble/service-kit/http/reply';
import { histogram } from '@bramble/service-kit/observe/metrics';
import type { Service } from '@bramble/service-kit/runtime/service';
import type { Answers } from './answers';
import { answerReply } from './answers.http';

const TOKEN_MEMORY_MS = 5_000;
const MAX_TOKENS = 2_000;

/** Answers public reads from the cache before the framework runs. A miss takes the usual path. */
export function answerEarly(service: Service, answers: Answers): void {
  const duration = histogram(service, 'http_server_request_duration_seconds');
  const verifiedTokens = new LRUCache<string, true>({ max: MAX_TOKENS, ttl: TOKEN_MEMORY_MS });

  /**
   * Verified tokens are cached for some seconds: many requests carry the same one, and verifying it costs more than the
   * answer.
   */
  function isGenuine(token: string | string[] | undefined): boolean {
    if (typeof token !== 'string') return false;
    if (verifiedTokens.get(token)) return true;
    if (!verifyInternalToken(service.keys.own(), service.name, token)) return false;
    verifiedTokens.set(token, true);
    return true;
  }

  service.early((req, res) => {
    if (req.method !== 'GET' || req.url === undefined) return false;
    const startedAt = performance.now();
    const answer = answers.getFresh(req.url);
    if (!answer || !isGenuine(req.headers[internalTokenHeader])) return false;
    const status = sendReply(req, res, answerReply(answer));
    duration.observe(
      { http_request_method: 'GET', http_route: answer.route, http_response_status_code: String(status) },
      (performance.now() - startedAt) / 1000,
    );
    return true;
  });
}
