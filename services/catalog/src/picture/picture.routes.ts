import { catalogApi } from '@bramble/contracts/catalog';
import { type Actor, userIdOf } from '@bramble/service-kit/base/actor';
import { clientAddress } from '@bramble/service-kit/http/client-address';
import { endpoint } from '@bramble/service-kit/http/endpoint';
import { bytes, reply } from '@bramble/service-kit/http/reply';
import type { Mountable } from '@bramble/service-kit/runtime/service';
import { etagOf, type StoredProduct, toProduct } from '../product/product';
import type { PictureService } from './picture.service';
import { createUploadPlaces } from './upload-places';
import { checkUploadHeaders, readUpload } from './upload.http';

export function pictureRoutes(
  pictures: PictureService<StoredProduct>,
  owned: (id: string, actor: Actor) => Promise<StoredProduct>,
): Mountable[] {
  const withPlace = createUploadPlaces();
  return [
    endpoint(
      catalogApi.putPicture,
      {
        find: ({ params, actor, req }) => {
          checkUploadHeaders(req);
          return owned(params.id, actor);
        },
      },
      async ({ found, actor, req }) => {
        const sender = { userId: userIdOf(actor), address: clientAddress(req) };
        const product = await withPlace(sender, async () => pictures.put(found, await readUpload(req)));
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
