import { createHash } from 'node:crypto';
import { AppError } from '@bramble/service-kit/base/errors';
import { ByteCache } from '../cache/byte-cache';
import { renderPicture } from './picture.image';
import type { Picture, PictureRepository } from './picture.repository';

/** How a product's pictures are set; given by the composition, since a service knows no other. */
export type SetPictures<P> = (productId: string, pictures: { id: string; url: string }[]) => Promise<P>;

interface Dependencies<P> {
  repository: PictureRepository;
  setPictures: SetPictures<P>;
}

const CONTENT_TYPE = 'image/webp';
const CACHE_BYTES = 16_000_000;
const MAX_RENDERING = 2;
const MAX_WAITING = 16;

/** The small size of a picture is `<id>-s`. */
export const smallId = (id: string): string => `${id}-s`;

export function createPictureService<P>({ repository, setPictures }: Dependencies<P>) {
  const cache = new ByteCache<Picture>(CACHE_BYTES);
  const gate = createGate(MAX_RENDERING, MAX_WAITING);

  return {
    /** Replaces the pictures of a product with this one. */
    async put(product: { _id: string; pictures: { id: string }[] }, upload: Buffer): Promise<P> {
      const { large, small } = await gate(() => renderPicture(upload));
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
      if (known) {
        cache.touch(id, known);
        return known;
      }
      const found = await repository.find(id);
      if (!found) throw new AppError('not_found');
      cache.set(id, found);
      return found;
    },
  };
}
export type PictureService<P> = ReturnType<typeof createPictureService<P>>;

/** Lets `running` through at once and keeps `waiting` in line; more are refused, since each holds megabytes. */
function createGate(running: number, waiting: number) {
  let active = 0;
  const line: (() => void)[] = [];
  return async <T>(run: () => Promise<T>): Promise<T> => {
    if (active >= running) {
      if (line.length >= waiting) {
        throw new AppError('unavailable', {
          detail: 'too many pictures at once',
          retryAfterSeconds: 2,
        });
      }
      await new Promise<void>((resolve) => line.push(resolve));
    } else {
      active += 1;
    }
    try {
      return await run();
    } finally {
      const next = line.shift();
      if (next) next();
      else active -= 1;
    }
  };
}
