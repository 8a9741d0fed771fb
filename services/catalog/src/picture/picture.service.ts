import { createHash } from 'node:crypto';
import { encode } from '@bramble/contracts/call';
import { catalogApi } from '@bramble/contracts/catalog';
import { AppError } from '@bramble/service-kit/base/errors';
import { createByteCache } from '../cache/byte-cache';
import { renderPicture } from './picture.image';
import type { Picture, PictureRepository } from './picture.repository';

/** Sets a product's pictures. `app.ts` passes it in, since services do not import each other. */
type SetPictures<P> = (productId: string, pictures: { id: string; url: string }[]) => Promise<P>;

interface Dependencies<P> {
  repository: PictureRepository;
  setPictures: SetPictures<P>;
}

const CONTENT_TYPE = 'image/webp';
const CACHE_BYTES = 16_000_000;

/** The small size of a picture is `<id>-s`. */
export const smallId = (id: string): string => `${id}-s`;

export function createPictureService<P>({ repository, setPictures }: Dependencies<P>) {
  const cache = createByteCache<Picture>(CACHE_BYTES);

  const sizesOf = (id: string) => [id, smallId(id)];

  /** Replaces the pictures of a product by the uploaded one. */
  async function put(product: { _id: string; pictures: { id: string }[] }, upload: Buffer): Promise<P> {
    const { large, small } = await renderPicture(upload);
    const id = createHash('sha256').update(large).digest('base64url').slice(0, 32);
    await repository.keep([
      { id, bytes: large, contentType: CONTENT_TYPE },
      { id: smallId(id), bytes: small, contentType: CONTENT_TYPE },
    ]);
    const shown = [{ id, url: encode(catalogApi.picture, { params: { id } }).path }];
    const changed = await setPictures(product._id, shown).catch(async (error: unknown) => {
      // The product may have gone while the upload came in, as when its seller was erased.
      await repository.dropUnused([id], sizesOf);
      throw error;
    });
    const replaced = product.pictures.map((picture) => picture.id).filter((old) => old !== id);
    if (replaced.length > 0) await repository.dropUnused(replaced, sizesOf);
    return changed;
  }

  async function find(id: string): Promise<Picture> {
    const known = cache.get(id);
    if (known) return known;
    const found = await repository.find(id);
    if (!found) throw new AppError('not_found');
    cache.set(id, found);
    return found;
  }

  return { put, find };
}
export type PictureService<P> = ReturnType<typeof createPictureService<P>>;
