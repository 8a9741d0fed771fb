/** Title, description, price in minor units, stock, and the name of the picture under `/art`. */
export type DemoGood = readonly [
  title: string,
  description: string,
  price: number,
  stock: number,
  art: string,
];

/** One category of the demo catalogue. */
export interface DemoShelf {
  readonly category: string;
  readonly goods: readonly DemoGood[];
}
