import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { AppError } from '../base/errors';
import { MAX_DEPTH, refuseUnstorable } from './validate';

export const JSON_LIMIT = 100_000;

/** Refuses a body by its headers alone: too large (413) or not JSON (415). A request without a body passes. */
export function checkBodyHeaders(
  req: IncomingMessage,
  { limit = JSON_LIMIT, type = 'application/json' } = {},
): void {
  const length = Number(req.headers['content-length'] ?? 0);
  if (length > limit) throw new AppError('body_too_large', { detail: `at most ${limit} bytes` });
  const hasBody = length > 0 || req.headers['transfer-encoding'] !== undefined;
  const given = (req.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase();
  if (hasBody && given !== type) throw new AppError('unsupported_media_type', { detail: `send ${type}` });
}

/** True when the caller went away before its whole body arrived. Such a request emits `close` no more. */
export const isCutOff = (req: IncomingMessage): boolean => req.destroyed && !req.readableEnded;
export const bodyMissing = () => new AppError('request_timeout', { detail: 'the body did not arrive' });

/** Reads the whole body; throws a 413 error as soon as it exceeds `limit` bytes. */
export function readBody(req: IncomingMessage, limit = JSON_LIMIT): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    req.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > limit) {
        reject(
          new AppError('body_too_large', {
            detail: `at most ${limit} bytes`,
            headers: { connection: 'close' },
          }),
        );
        req.removeAllListeners('data');
        req.resume();
      } else chunks.push(chunk);
    });
    // The error is created only on failure: its stack trace costs more than reading a body.
    const cutOff = () => reject(bodyMissing());
    if (isCutOff(req)) {
      cutOff();
      return;
    }
    req.once('end', () => {
      req.off('close', cutOff);
      resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks));
    });
    req.once('error', reject);
    req.once('close', cutOff);
  });
}

/** Only an escape sequence can put NUL or a lone surrogate into JSON. */
const ESCAPE = /\\u(?:0000|d[89a-f])/i;

/** True when the parsed body must be checked: most bodies have too few brackets to be deep and no such escape. */
function isSuspect(text: string): boolean {
  let open = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if ((code === 0x5b || code === 0x7b) && ++open > MAX_DEPTH) return true;
  }
  return ESCAPE.test(text);
}

/**
 * Parses JSON; an empty body becomes an empty object, so that missing fields are reported. Refuses values that no store
 * accepts.
 */
export function parseJson(bytes: Buffer): unknown {
  if (bytes.length === 0) return {};
  const text = bytes.toString('utf8');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new AppError('invalid_json', { cause });
  }
  if (isSuspect(text)) refuseUnstorable(value);
  return value;
}

/** SHA-256 over the operation and the raw body: an Idempotency-Key belongs to one such hash. */
export const requestHash = (operation: string, bytes: Buffer): string =>
  createHash('sha256').update(operation).update('\n').update(bytes).digest('hex');
