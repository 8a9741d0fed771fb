import { bytes, JSON_TYPE, type Reply } from '@bramble/service-kit/http/reply';
import type { Answer } from './answers';

/** A public answer as a reply: copies elsewhere must ask before they are used again. */
export const answerReply = (answer: Answer): Reply =>
  bytes(answer.bytes, JSON_TYPE, { etag: answer.etag, 'cache-control': 'no-cache' });
