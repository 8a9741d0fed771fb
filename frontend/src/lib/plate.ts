import type { Product } from '@bramble/contracts/catalog';
import { seedOf } from './seeded';

const hues = [12, 55, 98, 145, 205, 275] as const;
const known: Record<string, number> = {
  fruit: 12,
  vegetables: 145,
  bakery: 55,
  dairy: 98,
  pantry: 98,
  drinks: 205,
  sweets: 275,
  garden: 145,
  flowers: 12,
  home: 205,
  kitchen: 55,
  clothing: 275,
  toys: 98,
  books: 55,
  tools: 205,
  outdoors: 145,
};

/** The plate's hue: one of six, the same for a whole category. */
export const hueOf = (category: string): number =>
  known[category] ?? hues[seedOf(category) % hues.length] ?? hues[0];

export type Arrangement = 'single' | 'pair' | 'crate';

/** How the goods lie on the plate, read from the pack size in the title. */
export const arrangementOf = (title: string): Arrangement => {
  if (
    /\b(?:crate|dozen|punnet|(?:box|tray|case|pack|set|bunch) of (?:[4-9]|four|five|six|eight|ten|twelve)|(?:[4-9]|1[02])[- ]?(?:pack|×))\b/i.test(
      title,
    )
  )
    return 'crate';
  if (/\b(?:pair|duo|twin|two|(?:pack|set|bunch) of 2|2[- ]?(?:pack|×))\b/i.test(title)) return 'pair';
  return 'single';
};

export const pictureOf = (product: Pick<Product, 'pictures'>): string | undefined => product.pictures[0]?.url;

/** Drawn art takes the plate's composition; a seller's photograph fills it. */
export const isArt = (url: string): boolean => url.startsWith('/art/');
