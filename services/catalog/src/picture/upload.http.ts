import type { IncomingMessage } from 'node:http';
import Busboy from '@fastify/busboy';
import { AppError } from '@bramble/service-kit/base/errors';
import { bodyMissing, isCutOff } from '@bramble/service-kit/http/body';
import { collectBytes } from '@bramble/service-kit/http/collect-bytes';

const MAX_BYTES = 5_000_000;
/** Boundaries and headers of the parts. */
const FORM_BYTES = 10_000;
const MAX_PARTS = 4;
/** A picture that comes more slowly gives its place to another. */
const MAX_MS = 30_000;

const tooLarge = () =>
  new AppError('body_too_large', { detail: 'at most 5 MB', headers: { connection: 'close' } });

/** Refuses from the headers alone: too large (413), or no form (415). */
export function checkUploadHeaders(req: IncomingMessage): void {
  if (Number(req.headers['content-length'] ?? 0) > MAX_BYTES + FORM_BYTES) throw tooLarge();
  if (!/^multipart\/form-data\s*;/i.test(req.headers['content-type'] ?? '')) {
    throw new AppError('unsupported_media_type', {
      detail: 'send multipart/form-data with a part named file',
    });
  }
}

function openParser(req: IncomingMessage) {
  try {
    return new Busboy({
      headers: { ...req.headers, 'content-type': req.headers['content-type'] ?? '' },
      limits: { fileSize: MAX_BYTES, files: 1, parts: MAX_PARTS, fieldSize: FORM_BYTES },
    });
  } catch (cause) {
    throw notAForm(cause);
  }
}
const notAForm = (cause: unknown) => new AppError('invalid_input', { detail: 'not a multipart form', cause });

/**
 * The content of the part named `file`, read as it comes: at most 5 MB are in memory, once. Throws `body_too_large`,
 * `invalid_input` for what is no form or has no such part, and `request_timeout` when it breaks off or takes 30 s.
 */
export function readUpload(req: IncomingMessage): Promise<Buffer> {
  // The sender may have gone away while it waited for a place.
  if (isCutOff(req)) return Promise.reject(bodyMissing());
  const parser = openParser(req);
  return new Promise<Buffer>((resolve, reject) => {
    const picture = collectBytes();
    let found = false;
    let received = 0;
    const end = (error?: AppError) => {
      clearTimeout(timer);
      req.unpipe(parser);
      req.resume();
      if (error) reject(error);
      else if (!found)
        reject(new AppError('invalid_input', { errors: [{ path: 'file', message: 'a file is needed' }] }));
      else resolve(picture.bytes());
    };
    const timer = setTimeout(() => end(bodyMissing()), MAX_MS);

    parser.on('file', (name, file) => {
      if (name === 'file') found = true;
      file.on('data', (chunk: Buffer) => {
        if (name === 'file') picture.add(chunk);
      });
      file.on('limit', () => end(tooLarge()));
      file.on('error', () => undefined);
    });
    parser.on('error', (cause: unknown) => end(notAForm(cause)));
    parser.on('finish', () => end());
    req.on('data', (chunk: Buffer) => {
      received += chunk.length;
      if (received > MAX_BYTES + FORM_BYTES) end(tooLarge());
    });
    req.once('close', () => {
      if (isCutOff(req)) end(bodyMissing());
    });
    req.pipe(parser);
  });
}
