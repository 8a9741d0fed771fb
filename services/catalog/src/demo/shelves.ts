import { bakery } from './bakery';
import { books } from './books';
import { clothing } from './clothing';
import { crafts } from './crafts';
import { dairy } from './dairy';
import { drinks } from './drinks';
import { electronics } from './electronics';
import { garden } from './garden';
import { kitchen } from './kitchen';
import { larder } from './larder';
import { produce } from './produce';
import type { DemoShelf } from './shelf';
import { tools } from './tools';
import { toys } from './toys';

/** The demo catalogue, in the order in which shelves take turns. */
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
