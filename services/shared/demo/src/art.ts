import { demoShelves } from './goods';

/** The Fluent emoji (flat) icons of the demo products, as `/art/<name>.svg`. The storefront's build writes only these. */
export const demoArt: readonly string[] = [
  ...new Set(demoShelves.flatMap(({ goods }) => goods.map(({ art }) => art))),
].sort();
