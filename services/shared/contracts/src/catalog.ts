import { z } from 'zod';
import { MAX_CATEGORY, MAX_DESCRIPTION, MAX_TITLE } from './limits';
import { moneySchema } from './money';
import { operation } from './operation';
import { idParams, idSchema, pageOf, pageQuery, timeSchema } from './page';

/** A picture as browsers load it: `url` is same-origin (`/api/pictures/<id>` or `/art/<name>.svg`). */
export const pictureSchema = z.object({ id: z.string(), url: z.string(), alt: z.string().optional() });

export const productSchema = z.object({
  id: idSchema,
  sellerId: idSchema,
  title: z.string(),
  description: z.string(),
  category: z.string(),
  price: moneySchema,
  pictures: z.array(pictureSchema),
  /** `revision` rises with every change of stock. */
  stock: z.object({ available: z.int(), revision: z.int().optional() }),
  version: z.int(),
  createdAt: timeSchema,
  updatedAt: timeSchema,
});
export type Product = z.infer<typeof productSchema>;

export const categorySchema = z.object({ slug: z.string(), name: z.string(), products: z.int() });
export type Category = z.infer<typeof categorySchema>;

const categorySlugSchema = z
  .string()
  .max(MAX_CATEGORY)
  .regex(/^[a-z0-9]+(?:-[a-z0-9]+)*$/);
const titleSchema = z.string().trim().min(1).max(MAX_TITLE);
const descriptionSchema = z.string().trim().max(MAX_DESCRIPTION);
const availableSchema = z.int().min(0).max(1_000_000);
/** The smallest price is one minor unit, since a sale at zero would need no payment. */
const priceSchema = moneySchema.refine((price) => price.amount >= 1, 'at least 1 minor unit');

export const productBody = z.strictObject({
  title: titleSchema,
  description: descriptionSchema,
  category: categorySlugSchema,
  price: priceSchema,
  stock: z.strictObject({ available: availableSchema }),
});
export type ProductBody = z.infer<typeof productBody>;
/** Absent fields stay unchanged. Setting `stock.available` is an adjustment, which is recorded in the ledger. */
const productPatch = productBody
  .partial()
  .refine((patch) => Object.keys(patch).length > 0, 'nothing to change');

const minorUnits = z.coerce.number().int().min(0);
const productSortSchema = z.enum(['relevance', 'newest', 'price', '-price', 'popular']);
const productQuery = z.strictObject({
  q: z.string().trim().max(200).optional(),
  category: categorySlugSchema.optional(),
  seller: idSchema.optional(),
  minPrice: minorUnits.optional(),
  maxPrice: minorUnits.optional(),
  inStock: z
    .enum(['true', 'false'])
    .transform((value) => value === 'true')
    .optional(),
  sort: productSortSchema.optional(),
  ...pageQuery,
});
export type ProductQuery = z.infer<typeof productQuery>;

const productAnswer = z.object({ product: productSchema });
const productPage = pageOf(productSchema);

/** The fields of a product that a quote needs. Deleted and unknown products are absent from the answer. */
const productSnapshotSchema = z.object({
  id: idSchema,
  sellerId: idSchema,
  title: z.string(),
  price: moneySchema,
  available: z.int(),
});
export type ProductSnapshot = z.infer<typeof productSnapshotSchema>;

const service = 'catalog';
const tag = 'catalogue';
export const catalogApi = {
  list: operation({
    id: 'listProducts',
    method: 'get',
    path: '/api/products',
    aliases: ['/api/products/public', '/api/products/search'],
    service,
    tag,
    summary: 'Browse and search products',
    description:
      'Public products, filtered and sorted, in pages. Without `q` the newest come first, with `q` the most relevant.',
    access: 'anyone',
    query: productQuery,
    shared: 'list',
    responses: { 200: productPage },
  }),
  mine: operation({
    id: 'listMyProducts',
    method: 'get',
    path: '/api/products/mine',
    service,
    tag,
    summary: 'List my own products',
    description: 'The products of the seller who calls, newest first.',
    access: 'user',
    query: z.strictObject(pageQuery),
    responses: { 200: productPage },
  }),
  myHome: operation({
    id: 'listHomeProducts',
    method: 'get',
    path: '/api/products/my-home',
    service,
    tag,
    summary: 'List the products of other sellers',
    description: 'The same filters as the public list, without the products of the account that calls.',
    access: 'user',
    query: productQuery,
    responses: { 200: productPage },
  }),
  get: operation({
    id: 'getProduct',
    method: 'get',
    path: '/api/products/:id',
    service,
    tag,
    summary: 'Read a product',
    description:
      'The `ETag` holds the version and the stock revision that a change names in `If-Match`; the body has both too.',
    access: 'anyone',
    params: idParams,
    shared: 'product',
    responses: { 200: productAnswer },
  }),
  create: operation({
    id: 'createProduct',
    method: 'post',
    path: '/api/products',
    service,
    tag,
    summary: 'Offer a product',
    description: 'The product belongs to the account that calls and is on sale at once.',
    access: ['seller', 'admin'],
    body: productBody,
    changes: 'catalogue',
    responses: { 201: productAnswer },
  }),
  patch: operation({
    id: 'changeProduct',
    method: 'patch',
    path: '/api/products/:id',
    service,
    tag,
    summary: 'Change a product',
    description:
      'Changes the fields that are sent. `If-Match` names the version that the caller saw; another version in the shop is 412 `version_conflict`. A change that sets stock sends the whole `ETag`, such as `"3-17"`: when stock was sold, given back or refilled meanwhile, the answer is 412 `stock_changed`. Both say the current version and stock in `current`. With the version alone stock is set whatever happened to it.',
    access: ['seller', 'admin'],
    params: idParams,
    body: productPatch,
    ifMatch: 'required',
    changes: 'catalogue',
    responses: { 200: productAnswer },
  }),
  remove: operation({
    id: 'deleteProduct',
    method: 'delete',
    path: '/api/products/:id',
    service,
    tag,
    summary: 'Withdraw a product',
    description: 'The product leaves the catalogue; orders keep what was bought.',
    access: ['seller', 'admin'],
    params: idParams,
    ifMatch: 'optional',
    changes: 'catalogue',
    responses: { 204: null },
  }),
  putPicture: operation({
    id: 'putProductPicture',
    method: 'put',
    path: '/api/products/:id/picture',
    service,
    tag,
    summary: 'Set the picture of a product',
    description:
      'A JPEG, PNG, WebP, GIF, HEIF or AVIF file of at most 5 MB as the form field `file`. It is checked, turned upright, stripped of metadata and resized.',
    access: ['seller', 'admin'],
    params: idParams,
    multipart: true,
    changes: 'catalogue',
    slow: true,
    responses: { 200: productAnswer },
  }),
  picture: operation({
    id: 'getPicture',
    method: 'get',
    path: '/api/pictures/:id',
    service,
    tag,
    summary: 'Load a picture',
    description: 'Pictures never change under their id and may be cached for ever.',
    access: 'anyone',
    params: z.strictObject({ id: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/) }),
    shared: 'list',
    produces: 'image/*',
    responses: { 200: z.unknown() },
  }),
  refill: operation({
    id: 'refillProduct',
    method: 'post',
    path: '/api/products/:id/refill',
    service,
    tag,
    summary: 'Add stock to a product',
    description: 'Adds units to the available stock and writes them to the stock ledger.',
    access: ['seller', 'admin'],
    jobs: true,
    params: idParams,
    body: z.strictObject({ quantity: z.int().min(1).max(1_000_000) }),
    changes: 'catalogue',
    responses: { 200: productAnswer },
  }),
  categories: operation({
    id: 'listCategories',
    method: 'get',
    path: '/api/categories',
    service,
    tag,
    summary: 'List categories with the number of their products',
    description: 'The 200 categories with the most products, in the order of their slugs.',
    access: 'anyone',
    shared: 'list',
    responses: { 200: z.object({ items: z.array(categorySchema) }) },
  }),
  /** Prices and sellers of up to 500 products at once, for quotes. */
  lookup: operation({
    id: 'lookUpProducts',
    method: 'post',
    path: '/internal/products/lookup',
    service,
    tag,
    summary: 'Products by id',
    access: 'service',
    body: z.strictObject({ ids: z.array(idSchema).max(500) }),
    responses: { 200: z.object({ items: z.array(productSnapshotSchema) }) },
  }),
};
