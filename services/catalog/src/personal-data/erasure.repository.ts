import type { MongoSession } from '@bramble/service-kit/stores/mongo';
import { collectionsOf } from '../db';
import { smallId } from '../picture/picture.service';

/** Takes the place of an erased seller's title. */
const WITHDRAWN = 'Withdrawn';

/** Requests that were under way when the account was erased have ended by then. */
const SETTLE_AFTER_MS = 3_600_000;

interface ErasedAccount {
  userId: string;
  erasedAt: string;
}
export interface WithdrawnProduct {
  productId: string;
  sellerId: string;
}

/** The products and pictures of erased sellers, in one transaction. Reservations still settle on the emptied products. */
export function createErasureRepository({ db, options }: MongoSession) {
  const { products, pictures, erasedAccounts } = collectionsOf(db);

  /** Keeps the ids of erased accounts, so that a request which was under way at the erasure is refused. */
  async function remember(accounts: readonly ErasedAccount[]): Promise<void> {
    await erasedAccounts.bulkWrite(
      accounts.map(({ userId, erasedAt }) => ({
        updateOne: {
          filter: { _id: userId },
          update: { $setOnInsert: { erasedAt: new Date(erasedAt), settled: false } },
          upsert: true,
        },
      })),
      options,
    );
  }

  /** Erased accounts that may have written since. */
  async function unsettled(limit: number): Promise<string[]> {
    const found = await erasedAccounts
      .find({ settled: false }, options)
      .sort({ erasedAt: 1 })
      .limit(limit)
      .toArray();
    return found.map(({ _id }) => _id);
  }

  /** Marks those of these accounts of which no request can be under way any more. */
  async function settle(userIds: readonly string[]): Promise<void> {
    const filter = { _id: { $in: [...userIds] }, erasedAt: { $lt: new Date(Date.now() - SETTLE_AFTER_MS) } };
    await erasedAccounts.updateMany(filter, { $set: { settled: true } }, options);
  }

  /** Empties all products of these sellers, and answers those that were for sale until now. */
  async function withdraw(sellerIds: readonly string[]): Promise<WithdrawnProduct[]> {
    const filter = {
      sellerId: { $in: [...sellerIds] },
      $or: [{ live: true }, { title: { $ne: WITHDRAWN } }],
    };
    const projection = { sellerId: 1, live: 1, pictures: 1 };
    const found = await products.find(filter, { ...options, projection }).toArray();
    if (found.length === 0) return [];
    const emptied = {
      title: { $literal: WITHDRAWN },
      description: { $literal: '' },
      words: { $literal: [] },
      pictures: { $literal: [] },
      live: { $literal: false },
      deletedAt: { $ifNull: ['$deletedAt', '$$NOW'] },
      updatedAt: '$$NOW',
      version: { $add: ['$version', 1] },
    };
    await products.updateMany({ _id: { $in: found.map(({ _id }) => _id) } }, [{ $set: emptied }], options);
    await deletePictures(found.flatMap((product) => product.pictures.map(({ id }) => id)));
    return found.filter(({ live }) => live).map(({ _id, sellerId }) => ({ productId: _id, sellerId }));
  }

  /** Deletes those of these pictures that no product of another seller shows. */
  async function deletePictures(ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return;
    const shown = await products.distinct('pictures.id', { 'pictures.id': { $in: [...ids] } }, options);
    const used = new Set<string>(shown);
    const unused = ids.filter((id) => !used.has(id));
    await pictures.deleteMany({ _id: { $in: unused.flatMap((id) => [id, smallId(id)]) } }, options);
  }

  return { remember, unsettled, settle, withdraw };
}
export type ErasureRepository = ReturnType<typeof createErasureRepository>;
