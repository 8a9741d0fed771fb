import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Operation } from '@bramble/contracts/operation';
import { AppError } from '../base/errors';
import { createBodyBudget } from './body-budget';
import { collectBytes } from './collect-bytes';
import { MAX_DEPTH, refuseUnstorable } from './validate';

const JSON_LIMIT = 100_000;
/** A slow request holds its body while it waits for its turn, and thousands may wait. A password takes 1 kB at most. */
const SLOW_JSON_LIMIT = 4_000;

/** The most bytes of an operation's JSON body. */
export const jsonLimitOf = ({ slow }: Pick<Operation, 'slow'>): number =>
  slow ? SLOW_JSON_LIMIT : JSON_LIMIT;

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

/** True when the caller went away before its whole body arrived. Node emits no further `close` for such a request. */
export const isCutOff = (req: IncomingMessage): boolean => req.destroyed && !req.readableEnded;
export const bodyMissing = () =>
  new AppError('request_timeout', { detail: 'the body did not arrive', headers: { connection: 'close' } });

const bodyBudget = createBodyBudget();
/** 100 kB at 5 kB a second. */
const MAX_MS = 20_000;

export interface BodyOptions {
  /** The most bytes. */
  limit?: number;
  /** The address of a sender outside of Bramble, which may hold a part of the memory for bodies only. */
  sender?: string | undefined;
}

/**
 * Reads the whole body. Throws `body_too_large` as soon as it exceeds its limit, `request_timeout` when it breaks off or
 * takes 20 s, `rate_limited` or `unavailable` when too much of other bodies is held.
 */
export function readBody(
  req: IncomingMessage,
  { limit = JSON_LIMIT, sender }: BodyOptions = {},
): Promise<Buffer> {
  // The error is created only on failure: its stack trace costs more than reading a body.
  if (isCutOff(req)) return Promise.reject(bodyMissing());
  return new Promise((resolve, reject) => {
    const pieces = collectBytes();
    const held = bodyBudget(sender);

    function end(error?: Error): void {
      clearTimeout(timer);
      held.end();
      req.off('data', addPiece).off('end', end).off('close', cutOff);
      if (!error) {
        resolve(pieces.bytes());
        return;
      }
      reject(error);
      req.resume();
    }
    const cutOff = () => end(bodyMissing());
    const timer = setTimeout(cutOff, MAX_MS);

    function addPiece(piece: Buffer): void {
      if (pieces.size() + piece.length > limit) {
        end(
          new AppError('body_too_large', {
            detail: `at most ${limit} bytes`,
            headers: { connection: 'close' },
          }),
        );
        return;
      }
      try {
        held.add(piece.length);
      } catch (error) {
        end(error as AppError);
        return;
      }
      pieces.add(piece);
    }

    req.on('data', addPiece).once('end', end).once('error', end).once('close', cutOff);
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
