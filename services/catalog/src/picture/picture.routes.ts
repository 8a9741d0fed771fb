import type { IncomingMessage } from 'node:http';
import { catalogApi } from '@bramble/contracts/catalog';
import type { Actor } from '@bramble/service-kit/base/actor';
import { AppError } from '@bramble/service-kit/base/errors';
import { readBody } from '@bramble/service-kit/http/body';
import { endpoint } from '@bramble/service-kit/http/endpoint';
import { bytes, reply } from '@bramble/service-kit/http/reply';
import type { Mountable } from '@bramble/service-kit/runtime/service';
import { etagOf, type StoredProduct, toProduct } from '../product/product';
import type { PictureService } from './picture.service';

const MAX_BYTES = 5_000_000;
/** Additional bytes for boundaries and headers of the parts. */
const FORM_BYTES = 10_000;

export function pictureRoutes(
  pictures: PictureService<StoredProduct>,
  owned: (id: string, actor: Actor) => Promise<StoredProduct>,
): Mountable[] {
  return [
    endpoint(
      catalogApi.putPicture,
      {
        find: ({ params, actor, req }) => {
          checkUploadHeaders(req);
          return owned(params.id, actor);
        },
      },
      async ({ found, req }) => {
        const product = await pictures.put(found, await readUpload(req));
        return reply(200, { product: toProduct(product) }, { etag: etagOf(product) });
      },
    ),
    endpoint(catalogApi.picture, async ({ params }) => {
      const picture = await pictures.find(params.id);
      return bytes(picture.bytes, picture.contentType, {
        etag: `"${picture.id}"`,
        'cache-control': 'public, max-age=31536000, immutable',
      });
    }),
  ];
}

function checkUploadHeaders(req: IncomingMessage): void {
  if (Number(req.headers['content-length'] ?? 0) > MAX_BYTES + FORM_BYTES) throw tooLarge();
  if (!/^multipart\/form-data\s*;/i.test(req.headers['content-type'] ?? '')) {
    throw new AppError('unsupported_media_type', {
      detail: 'send multipart/form-data with a part named file',
    });
  }
}

const tooLarge = () =>
  new AppError('body_too_large', { detail: 'at most 5 MB', headers: { connection: 'close' } });

/** The part named `file`. The body is read into memory; it is at most as large as a picture may be. */
async function readUpload(req: IncomingMessage): Promise<Buffer> {
  const body = await readBody(req, MAX_BYTES + FORM_BYTES);
  const headers = { 'content-type': req.headers['content-type'] ?? '' };
  const form = await new Response(new Uint8Array(body), { headers }).formData().catch((cause: unknown) => {
    throw new AppError('invalid_input', { detail: 'not a multipart form', cause });
  });
  const file = form.get('file');
  if (file === null || typeof file === 'string') {
    throw new AppError('invalid_input', { errors: [{ path: 'file', message: 'a file is needed' }] });
  }
  if (file.size > MAX_BYTES) throw tooLarge();
  return Buffer.from(await file.arrayBuffer());
}
