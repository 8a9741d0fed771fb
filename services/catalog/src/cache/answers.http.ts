import { bytes, JSON_TYPE, type Reply } from '@bramble/service-kit/http/reply';
import type { EncodedAnswer } from './answers';

/** A public answer as a reply; `no-cache` makes other caches revalidate it before each use. */
export const answerReply = (answer: EncodedAnswer): Reply =>
  bytes(answer.bytes, JSON_TYPE, { etag: answer.etag, 'cache-control': 'no-cache' });
