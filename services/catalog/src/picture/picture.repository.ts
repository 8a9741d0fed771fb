import { Binary, type Document } from 'mongodb';
import type { Collections } from '../db';

export interface Picture {
  id: string;
  bytes: Buffer;
  contentType: string;
}

export function createPictureRepository({ pictures, products }: Collections) {
  async function find(id: string): Promise<Picture | null> {
    const found = await pictures.findOne({ _id: id }, { maxTimeMS: 2_000 });
    return found && { id, bytes: Buffer.from(found.bytes.buffer), contentType: found.contentType };
  }

  /** Ids are hashes of the content, so an existing picture is the same. */
  async function keep(all: readonly Picture[]): Promise<void> {
    await pictures.bulkWrite(
      all.map(({ id, bytes, contentType }) => ({
        updateOne: {
          filter: { _id: id },
          update: { $setOnInsert: { bytes: new Binary(bytes), contentType, createdAt: new Date() } },
          upsert: true,
        },
      })),
    );
  }

  /** Deletes those of `ids` that no product shows; `sizes` answers all stored ids of a picture. */
  async function dropUnused(ids: readonly string[], sizes: (id: string) => string[]): Promise<void> {
    const shown: Document[] = await products
      .find({ 'pictures.id': { $in: [...ids] }, live: true }, { projection: { pictures: 1 } })
      .toArray();
    const used = new Set(shown.flatMap((doc) => (doc['pictures'] as { id: string }[]).map(({ id }) => id)));
    const unused = ids.filter((id) => !used.has(id));
    if (unused.length > 0) await pictures.deleteMany({ _id: { $in: unused.flatMap(sizes) } });
  }

  return { find, keep, dropUnused };
}
export type PictureRepository = ReturnType<typeof createPictureRepository>;
