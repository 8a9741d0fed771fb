import { type DeadLetter, gatewayApi } from '@bramble/contracts/gateway';
import { allPages, createShopClient } from '@bramble/test-kit/shop-client';
import type { People } from './people';

/** The dead letters of the run, read as an administrator reads them. */
export interface Letters {
  /** Reads the list of dead letters. Throws while the shop does not answer. */
  read(): Promise<void>;
  /** Every letter that any read returned, also after a fault has emptied its store. */
  seen(): readonly DeadLetter[];
  /** One sentence for each poison event without a letter. */
  missing(poison: readonly string[]): string[];
}

export function openLetters(url: string, people: Pick<People, 'adminToken'>): Letters {
  const shop = createShopClient(url);
  const seen = new Map<string, DeadLetter>();
  return {
    async read() {
      const letters = await allPages((cursor) =>
        shop.call(gatewayApi.deadLetters, {
          token: people.adminToken,
          query: { limit: 100, ...(cursor ? { cursor } : {}) },
        }),
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
