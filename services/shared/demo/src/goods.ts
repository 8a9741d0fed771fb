import bakery from '../goods/bakery.json';
import books from '../goods/books.json';
import clothing from '../goods/clothing.json';
import crafts from '../goods/crafts.json';
import dairy from '../goods/dairy.json';
import drinks from '../goods/drinks.json';
import electronics from '../goods/electronics.json';
import garden from '../goods/garden.json';
import kitchen from '../goods/kitchen.json';
import larder from '../goods/larder.json';
import produce from '../goods/produce.json';
import tools from '../goods/tools.json';
import toys from '../goods/toys.json';

/** A product in the file of its category: the price in minor units, the picture by its name under `/art`. */
export interface DemoGood {
  readonly title: string;
  readonly description: string;
  readonly price: number;
  readonly stock: number;
  readonly art: string;
}

/** One category of the demo catalogue. */
export interface DemoShelf {
  readonly category: string;
  readonly goods: readonly DemoGood[];
}

/** All categories. Their order decides the ids: demoGoods takes one product of each in turn. */
export const demoShelves: readonly DemoShelf[] = [
  larder,
  garden,
  electronics,
  produce,
  kitchen,
  bakery,
  crafts,
  toys,
  drinks,
  clothing,
  books,
  dairy,
  tools,
];

/** The id of the nth demo product (1 to 200), the same in every installation. */
export const demoProductId = (n: number): string =>
  `01900000-0000-7000-9000-${n.toString(16).padStart(12, '0')}`;

/**
 * The 200 demo products in the order of their ids: one of each category in turn, so that the first page shows all
 * categories.
 */
export function demoGoods(): (DemoGood & { id: string; category: string })[] {
  const longest = Math.max(...demoShelves.map(({ goods }) => goods.length));
  const mixed = Array.from({ length: longest }, (_, row) =>
    demoShelves.flatMap(({ category, goods }) => (goods[row] ? [{ category, ...goods[row] }] : [])),
  ).flat();
  return mixed.map((good, index) => ({ ...good, id: demoProductId(index + 1) }));
}
