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

/** The state that the sender of a change saw. */
export interface SeenState {
  readonly version: number;
  /** The stock revision, when the ETag was sent whole. */
  readonly revision: number | undefined;
}

/** The state in `If-Match`: `"3"`, or the ETag `"3-17"` of an answer. */
export function ifMatchOf(req: IncomingMessage, operation: Operation): SeenState | undefined {
  if (!operation.ifMatch) return undefined;
  const header = req.headers['if-match'];
  if (header === undefined) {
    if (operation.ifMatch === 'required') throw new AppError('precondition_required');
    return undefined;
  }
  if (header.trim() === '')
    throw new AppError('invalid_input', { errors: [{ path: 'If-Match', message: 'must name a version' }] });
  if (header.trim() === '*') return undefined;
  const [, version, revision] = /^(?:W\/)?"(\d{1,9})(?:-(\d{1,15}))?"$/.exec(header.trim()) ?? [];
  if (version === undefined) throw new AppError('version_conflict', { detail: 'If-Match names no version' });
  return { version: Number(version), revision: revision === undefined ? undefined : Number(revision) };
}
