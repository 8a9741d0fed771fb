import type { Product } from '@bramble/contracts/catalog';
import { seedOf } from './seeded';

const hues = [12, 55, 98, 145, 205, 275] as const;
/** Hues of the demo categories, chosen so that neighbours differ. Any other category gets its hue from its name. */
const known: Readonly<Record<string, number>> = {
  'fruit-and-vegetables': 145,
  bakery: 55,
  'dairy-and-eggs': 205,
  larder: 12,
  drinks: 275,
  garden: 98,
  kitchen: 55,
  crafts: 12,
  clothing: 275,
  electronics: 205,
  tools: 98,
  'toys-and-games': 12,
  'books-and-paper': 145,
};

/** The plate's hue: one of six, the same for a whole category. */
export const hueOf = (category: string): number =>
  known[category] ?? hues[seedOf(category) % hues.length] ?? hues[0];

export type Arrangement = 'single' | 'pair' | 'crate';

const packOf =
  /(?:^|[\s,(])(\d{1,3}) (?:pieces|balls|spools|colours|pots|pairs|bottles|bars|bulbs|jars|tins|cans|plants|cartons|cobs|bags|trays)\b/;

/** The composition of a drawn picture, from the pack size in the title. */
export const arrangementOf = (title: string): Arrangement => {
  const pieces = Number(packOf.exec(title)?.[1] ?? 1);
  if (pieces > 2 || /\b(?:crate|dozen)\b/i.test(title)) return 'crate';
  return pieces === 2 || /\bpair of\b/i.test(title) ? 'pair' : 'single';
};

export const pictureOf = (product: Pick<Product, 'pictures'>): string | undefined => product.pictures[0]?.url;

/** Drawn pictures use the composition; a seller's photograph fills the square. */
export const isArt = (url: string): boolean => url.startsWith('/art/');
