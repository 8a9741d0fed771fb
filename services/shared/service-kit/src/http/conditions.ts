import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import fresh from 'fresh';
import type { Operation } from '@bramble/contracts/operation';
import { AppError } from '../base/errors';

/** The Idempotency-Key of a request; throws `missing_idempotency_key` without one. */
export function idempotencyKey(req: IncomingMessage): string {
  const key = req.headers['idempotency-key'];
  if (typeof key !== 'string' || key.trim() === '') throw new AppError('missing_idempotency_key');
  if (!/^[\x21-\x7e]{1,255}$/.test(key))
    throw new AppError('invalid_input', {
      errors: [{ path: 'Idempotency-Key', message: '1 to 255 visible characters' }],
    });
  return key;
}

/**
 * True when the client has the answer with this ETag (If-None-Match), so that 304 suffices. For GET and HEAD.
 * `Cache-Control: no-cache`, which Node's fetch adds to If-None-Match, asks for this comparison.
 */
export const isUnchanged = (request: IncomingHttpHeaders, etag: string | undefined): boolean =>
  etag !== undefined && fresh({ 'if-none-match': request['if-none-match'] }, { etag });

/** The version in `If-Match: "3"`; the ETag `"3-17"` of an answer is accepted too. */
export function ifMatchOf(req: IncomingMessage, operation: Operation): number | undefined {
  if (!operation.ifMatch) return undefined;
  const header = req.headers['if-match'];
  if (header === undefined) {
    if (operation.ifMatch === 'required') throw new AppError('precondition_required');
    return undefined;
  }
  if (header.trim() === '')
    throw new AppError('invalid_input', { errors: [{ path: 'If-Match', message: 'must name a version' }] });
  if (header.trim() === '*') return undefined;
  const version = /^(?:W\/)?"(\d{1,9})(?:-\d+)?"$/.exec(header.trim())?.[1];
  if (version === undefined) throw new AppError('version_conflict', { detail: 'If-Match names no version' });
  return Number(version);
}
