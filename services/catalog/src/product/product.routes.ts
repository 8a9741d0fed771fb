import { encode } from '@bramble/contracts/call';
import { catalogApi, type ProductQuery } from '@bramble/contracts/catalog';
import { userIdOf } from '@bramble/service-kit/base/actor';
import { endpoint } from '@bramble/service-kit/http/endpoint';
import { reply, type Reply } from '@bramble/service-kit/http/reply';
import type { Mountable } from '@bramble/service-kit/runtime/service';
import type { Answers, EncodedAnswer } from '../cache/answers';
import { answerReply } from '../cache/answers.http';
import { etagOf, type StoredProduct, toProduct } from './product';
import type { ProductService } from './product.service';

const answerOf = (product: StoredProduct): EncodedAnswer => ({
  etag: etagOf(product),
  bytes: Buffer.from(JSON.stringify({ product: toProduct(product) })),
});
const productReply = (status: number, product: StoredProduct): Reply =>
  reply(status, { product: toProduct(product) }, { etag: etagOf(product) });

/** Whether a list has a filter with free words or numbers, so that there is no end of such lists. */
const isRare = ({ q, seller, minPrice, maxPrice, cursor }: ProductQuery): boolean =>
  [q, seller, minPrice, maxPrice, cursor].some((filter) => filter !== undefined);

export function productRoutes(products: ProductService, answers: Answers): Mountable[] {
  const list = async (query: ProductQuery & { sellerNot?: string }) =>
    JSON.stringify(await products.list(query));

  return [
    endpoint(catalogApi.list, async ({ query, req }) =>
      answerReply(
        await answers.list(catalogApi.list, req.originalUrl, () => list(query), { rare: isRare(query) }),
      ),
    ),
    endpoint(catalogApi.categories, async ({ req }) =>
      answerReply(
        await answers.list(catalogApi.categories, req.originalUrl, async () =>
          JSON.stringify({ items: await products.categories() }),
        ),
      ),
    ),
    endpoint(catalogApi.get, async ({ params }) =>
      answerReply(await answers.product(params.id, async () => answerOf(await products.find(params.id)))),
    ),
    endpoint(catalogApi.mine, ({ query, actor }) => products.list({ ...query, seller: userIdOf(actor) })),
    endpoint(catalogApi.myHome, ({ query, actor }) =>
      products.list({ ...query, sellerNot: userIdOf(actor) }),
    ),
    endpoint(catalogApi.create, async ({ body, actor }) => {
      const product = await products.create(userIdOf(actor), body);
      return reply(
        201,
        { product: toProduct(product) },
        { etag: etagOf(product), location: encode(catalogApi.get, { params: { id: product._id } }).path },
      );
    }),
    endpoint(
      catalogApi.patch,
      { find: ({ params, actor }) => products.owned(params.id, actor) },
      async ({ params, body, ifMatch }) => productReply(200, await products.change(params.id, body, ifMatch)),
    ),
    endpoint(
      catalogApi.remove,
      { find: ({ params, actor }) => products.owned(params.id, actor) },
      async ({ params, ifMatch }) => {
        await products.remove(params.id, ifMatch);
        return undefined;
      },
    ),
    endpoint(
      catalogApi.refill,
      { find: ({ params, actor }) => products.refillable(params.id, actor) },
      async ({ params, body }) => productReply(200, await products.refill(params.id, body.quantity)),
    ),
    endpoint(catalogApi.lookup, async ({ body }) => ({ items: await products.lookup(body.ids) })),
  ];
}
