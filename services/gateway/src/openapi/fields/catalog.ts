import {
  catalogApi,
  categorySchema,
  pictureSchema,
  productBody,
  productSchema,
} from '@bramble/contracts/catalog';
import { describeFields } from './describe-fields';
import { pageOfTexts, pageTexts } from './shared';

const bodyTexts = {
  title: 'The name of the product; a later change does not reach orders that were placed before.',
  description: 'Plain text about the product, which search reads too; markup is shown as it is.',
  category: 'The slug of a category; an unknown one is a new category.',
  price: 'The price of one unit with tax, at least one minor unit, in the currency of the shop.',
  stock: 'What there is to sell; the number is set, not added.',
};

export const catalogFields = [
  describeFields(productSchema, {
    id: 'The id of the product, which stays when it is edited.',
    sellerId: 'The account that offers the product and may change it.',
    title: 'The name of the product, as plain text.',
    description: 'Plain text without markup; it may be empty.',
    category: 'The slug of its category, as in `Category.slug`.',
    price: 'The price of one unit, tax included.',
    pictures: 'Its pictures; empty while it has none.',
    stock: 'What there is to sell at this moment; a list may be up to a second old.',
    version: 'Rises by one with each edit, but not with a sale; `If-Match` names it.',
    createdAt: 'When the product was first offered, in UTC.',
    updatedAt: 'When it was last edited or its stock was set, in UTC; sales do not change it.',
  }),
  describeFields(productSchema.shape.stock, {
    available: 'The units that can be bought now: those in open orders are taken off already.',
    revision: 'Rises with each change of stock, sales included; absent in answers of older releases.',
  }),
  describeFields(pictureSchema, {
    id: 'The id of the picture, which names its content: another picture has another id.',
    url: 'The path of the picture on this shop, without a host.',
    alt: 'The text for those who do not see the picture; at present the title of the product.',
  }),
  describeFields(productBody, bodyTexts),
  describeFields(productBody.shape.stock, {
    available: 'The units that can be bought; those in open orders do not count.',
  }),
  describeFields(catalogApi.patch.body, {
    ...bodyTexts,
    stock: 'What there is to sell from now on; the difference is written to the stock ledger.',
  }),
  describeFields(catalogApi.refill.body, {
    quantity: 'The number of units to add to those that are available.',
  }),
  describeFields(catalogApi.list.query, {
    ...pageTexts,
    q: 'Words to look for in title, category and description; the beginning of a word is enough for title and category.',
    category: 'Only products of the category with this slug.',
    seller: 'Only products of the account with this id.',
    minPrice: 'Only products that cost at least this many minor units.',
    maxPrice: 'Only products that cost at most this many minor units.',
    inStock: '`true` for products that can be bought now, `false` for those that are sold out.',
    sort: 'The order of the list: `-price` is the most expensive first, `popular` the most sold first. Without `q`, `relevance` is the same as `newest`.',
  }),
  describeFields(catalogApi.mine.query, pageTexts),
  describeFields(
    catalogApi.list.responses[200],
    pageOfTexts('Products on sale, sold out ones included, in the order of `sort`.'),
  ),
  describeFields(catalogApi.get.responses[200], {
    product: 'The product as it is after this call; the `ETag` header holds its version and stock revision.',
  }),
  describeFields(categorySchema, {
    slug: 'The name of the category in URLs and in `Product.category`.',
    name: 'The name of the category for people, made from the slug.',
    products: 'The number of products on sale in it; never 0.',
  }),
  describeFields(catalogApi.categories.responses[200], {
    items: 'At most 200 categories, each with a product on sale; there are no further pages.',
  }),
];
