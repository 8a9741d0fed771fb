import { createHash } from 'node:crypto';
import PQueue from 'p-queue';
import { AppError } from '@bramble/service-kit/base/errors';
import { createByteCache } from '../cache/byte-cache';
import { type RenderedPicture, renderPicture } from './picture.image';
import type { Picture, PictureRepository } from './picture.repository';

/** Sets a product's pictures. `app.ts` passes it in, since services do not import each other. */
export type SetPictures<P> = (productId: string, pictures: { id: string; url: string }[]) => Promise<P>;

interface Dependencies<P> {
  repository: PictureRepository;
  setPictures: SetPictures<P>;
}

const CONTENT_TYPE = 'image/webp';
const CACHE_BYTES = 16_000_000;
const MAX_RENDERING = 2;
/** The most waiting uploads; further ones are refused, since each takes megabytes. */
const MAX_WAITING = 16;
const RETRY_AFTER_SECONDS = 2;

/** The small size of a picture is `<id>-s`. */
export const smallId = (id: string): string => `${id}-s`;

export function createPictureService<P>({ repository, setPictures }: Dependencies<P>) {
  const cache = createByteCache<Picture>(CACHE_BYTES);
  const rendering = new PQueue({ concurrency: MAX_RENDERING });

  async function render(upload: Buffer): Promise<RenderedPicture> {
    if (rendering.size >= MAX_WAITING)
      throw new AppError('unavailable', {
        detail: 'too many pictures at once',
        retryAfterSeconds: RETRY_AFTER_SECONDS,
      });
    return rendering.add(() => renderPicture(upload));
  }

  return {
    /** Replaces the pictures of a product by the uploaded one. */
    async put(product: { _id: string; pictures: { id: string }[] }, upload: Buffer): Promise<P> {
      const { large, small } = await render(upload);
      const id = createHash('sha256').update(large).digest('base64url').slice(0, 32);
      await repository.keep([
        { id, bytes: large, contentType: CONTENT_TYPE },
        { id: smallId(id), bytes: small, contentType: CONTENT_TYPE },
      ]);
      const changed = await setPictures(product._id, [{ id, url: `/api/pictures/${id}` }]);
      const replaced = product.pictures.map((picture) => picture.id).filter((old) => old !== id);
      if (replaced.length > 0) await repository.dropUnused(replaced, (old) => [old, smallId(old)]);
      return changed;
    },

    async find(id: string): Promise<Picture> {
      const known = cache.get(id);
      if (known) return known;
      const found = await repository.find(id);
      if (!found) throw new AppError('not_found');
      cache.set(id, found);
      return found;
    },
  };
}
export type PictureService<P> = ReturnType<typeof createPictureService<P>>;
