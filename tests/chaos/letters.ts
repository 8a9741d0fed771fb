import { type DeadLetter, gatewayApi } from '@bramble/contracts/gateway';
import { allPages, createShopClient } from '../helpers/shop-client';

/** The dead letters of the run, read as an administrator reads them. */
export interface Letters {
  /** Asks the shop once more. Throws while it cannot answer. */
  read(): Promise<void>;
  /** Every letter that was ever listed, also when its store was emptied since. */
  seen(): readonly DeadLetter[];
  /** The poison of which no letter was ever listed, in words. */
  missing(poison: readonly string[]): string[];
}

export async function openLetters(url: string): Promise<Letters> {
  const shop = createShopClient(url);
  const token = await shop.signInToDemo('admin');
  const seen = new Map<string, DeadLetter>();
  return {
    async read() {
      const letters = await allPages((cursor) =>
        shop.call(gatewayApi.deadLetters, { token, query: { limit: 100, ...(cursor ? { cursor } : {}) } }),
      );
      for (const letter of letters) seen.set(letter.id, letter);
    },
    seen: () => [...seen.values()],
    missing: (poison) =>
      poison
        .filter((id) => ![...seen.values()].some(({ eventId }) => eventId === id))
        .map((id) => `event ${id} was poison and is no dead letter`),
  };
}
