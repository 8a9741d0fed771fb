import type { Category, Product, ProductSnapshot } from '@bramble/contracts/catalog';
import type { EventDraft } from '@bramble/contracts/events';
import type { Page } from '@bramble/contracts/page';
import { type Actor, isAdmin } from '@bramble/service-kit/base/actor';
import { toPage } from '@bramble/service-kit/base/cursor';
import { AppError, type AppErrorOptions } from '@bramble/service-kit/base/errors';
import { newId } from '@bramble/service-kit/base/ids';
import type { UnitStore } from '@bramble/service-kit/events/unit';
import type { MongoTransaction } from '@bramble/service-kit/stores/mongo';
import { adjustAvailable, moveStock } from '../ledger/stock.ledger';
import {
  auditedFields,
  indexedWords,
  newProduct,
  type NewProduct,
  type ProductDraft,
  type SeenProduct,
  type StoredProduct,
  toProduct,
} from './product';
import { listPipeline, type ListQuery, positionOf, sortOf } from './product.query';
import { createProductRepository, type ProductRepository } from './product.repository';

/** Called after each committed change, to invalidate caches. */
type OnEdit = (ids: readonly string[]) => Promise<void>;

interface Dependencies {
  store: UnitStore<MongoTransaction>;
  products: ProductRepository;
  currency: string;
  onEdit: OnEdit;
}

/** An absent field is left as it is. */
export type ProductChange = { [K in keyof ProductDraft]?: ProductDraft[K] | undefined };

export function createProductService({ store, products, currency, onEdit }: Dependencies) {
  const checkCurrency = (price: ProductDraft['price'] | undefined) => {
    if (price && price.currency !== currency) {
      throw new AppError('currency_mismatch', { detail: `prices here are in ${currency}` });
    }
  };

  /** Reads, changes and saves a product in one transaction, publishes the changes, and invalidates caches. */
  async function edit(
    id: string,
    check: (found: StoredProduct) => void,
    change: (product: StoredProduct) => StoredProduct,
  ): Promise<StoredProduct> {
    const { before, after } = await store.transaction(async (unit) => {
      const inTx = createProductRepository(unit.tx);
      const found = await inTx.byId(id);
      if (!found) throw new AppError('not_found');
      check(found);
      const changed = change(found);
      if (changed !== found) {
        await inTx.save(changed);
        unit.publish(changesOf(found, changed));
      }
      unit.record({
        target: id,
        owner: found.sellerId,
        before: auditedFields(found),
        ...(changed.live ? { after: auditedFields(changed) } : {}),
      });
      return { before: found, after: changed };
    });
    if (after !== before) await onEdit([id]);
    return after;
  }

  async function find(id: string): Promise<StoredProduct> {
    const product = await products.byId(id);
    if (!product) throw new AppError('not_found');
    return product;
  }

  /** The product, if `actor` may change it: its seller, or an admin. For others it is `not_found`. */
  async function owned(id: string, actor: Actor): Promise<StoredProduct> {
    const product = await find(id);
    const isSeller = actor.userId !== null && product.sellerId === actor.userId;
    if (!isSeller && !isAdmin(actor)) throw new AppError('not_found');
    return product;
  }

  async function list(query: ListQuery): Promise<Page<Product>> {
    const pipeline = listPipeline(query);
    const rows = pipeline ? await products.list(pipeline) : [];
    const sort = sortOf(query);
    return toPage(rows, query.limit, toProduct, (row) => positionOf(sort, row));
  }

  /**
   * Offers a product. The session was checked when the request began, so an erased account may still come here. An erasure
   * that commits at the same moment does not see the product; its second pass does.
   */
  async function create(sellerId: string, draft: ProductDraft): Promise<StoredProduct> {
    checkCurrency(draft.price);
    const product = newProduct({ ...draft, id: newId(), sellerId, createdAt: new Date() });
    await store.transaction(async (unit) => {
      const inTx = createProductRepository(unit.tx);
      if (await inTx.isErased(sellerId))
        throw new AppError('unauthenticated', { detail: 'this account was erased' });
      await inTx.insert(product);
      unit.publish([changedEvent(product)]);
      unit.record({ target: product._id, owner: sellerId, after: auditedFields(product) });
    });
    await onEdit([product._id]);
    return product;
  }

  /** A change that sets stock is refused too when stock changed since the revision that was seen. */
  function change(
    id: string,
    { stock, ...fields }: ProductChange,
    seen: SeenProduct | undefined,
  ): Promise<StoredProduct> {
    checkCurrency(fields.price);
    const given = Object.fromEntries(
      Object.entries(fields).filter(([, value]) => value !== undefined),
    ) as Partial<Omit<ProductDraft, 'stock'>>;
    const check = (found: StoredProduct) => {
      checkVersion(found, seen);
      if (stock) checkStock(found, seen);
    };
    return edit(id, check, (before) => {
      const edited = Object.keys(given).length > 0 ? bumped({ ...before, ...given }) : before;
      return stock ? withStock(edited, adjustAvailable(edited.stock, stock.available)) : edited;
    });
  }

  function refill(id: string, quantity: number): Promise<StoredProduct> {
    return edit(id, anyState, (before) =>
      withStock(before, moveStock(before.stock, { available: quantity, refilled: quantity })),
    );
  }

  async function remove(id: string, seen: SeenProduct | undefined): Promise<void> {
    await edit(
      id,
      (found) => checkVersion(found, seen),
      (before) => ({ ...bumped(before), deletedAt: new Date(), live: false }),
    );
  }

  /** Like `owned`; a job that acts for no user gets any product. */
  function refillable(id: string, actor: Actor): Promise<StoredProduct> {
    return actor.kind !== 'user' && actor.userId === null ? find(id) : owned(id, actor);
  }

  /** Adds the products whose id is missing and answers how many. No cache can hold them, so nothing is invalidated. */
  function addMissing(additions: readonly NewProduct[]): Promise<number> {
    return products.insertMissing(additions.map(newProduct));
  }

  function setPictures(id: string, pictures: StoredProduct['pictures']) {
    return edit(id, anyState, (before) => bumped({ ...before, pictures }));
  }

  function lookup(ids: readonly string[]): Promise<ProductSnapshot[]> {
    return products.snapshots(ids);
  }

  function categories(): Promise<Category[]> {
    return products.categories();
  }

  return {
    find,
    owned,
    refillable,
    list,
    addMissing,
    create,
    change,
    refill,
    remove,
    setPictures,
    lookup,
    categories,
  };
}
export type ProductService = ReturnType<typeof createProductService>;

const anyState = (): void => undefined;

/** What a refused sender gets, to compare with what was seen. */
const currentOf = ({ version, stock: { available, revision } }: StoredProduct): AppErrorOptions => ({
  extra: { current: { version, stock: { available, revision } } },
});

function checkVersion(found: StoredProduct, seen: SeenProduct | undefined): void {
  if (seen && seen.version !== found.version) throw new AppError('version_conflict', currentOf(found));
}

function checkStock(found: StoredProduct, seen: SeenProduct | undefined): void {
  if (seen?.revision !== undefined && seen.revision !== found.stock.revision)
    throw new AppError('stock_changed', currentOf(found));
}

const bumped = (product: StoredProduct): StoredProduct => ({
  ...product,
  words: indexedWords(product.title, product.category),
  version: product.version + 1,
  updatedAt: new Date(),
});

const withStock = (product: StoredProduct, stock: StoredProduct['stock']): StoredProduct =>
  stock === product.stock ? product : { ...product, stock, updatedAt: new Date() };

const changedEvent = ({ _id, sellerId, version }: StoredProduct): EventDraft => ({
  type: 'product.changed',
  payload: { productId: _id, sellerId, version },
});

/** The events of the difference between two states of a product. */
function changesOf(before: StoredProduct, after: StoredProduct): EventDraft[] {
  const { _id: productId, sellerId, stock } = after;
  const { available, revision } = stock;
  const drafts: EventDraft[] = [];
  if (!after.live) drafts.push({ type: 'product.deleted', payload: { productId, sellerId } });
  else if (after.version !== before.version) drafts.push(changedEvent(after));
  if (revision !== before.stock.revision)
    drafts.push({ type: 'stock.changed', payload: { productId, available, revision } });
  return drafts;
}
