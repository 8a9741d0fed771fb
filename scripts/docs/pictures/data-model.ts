import { collectionFacts } from '../facts/collections';
import { type Column, tablesOf } from '../facts/tables';
import { type GraphEdge, layOutGraph } from '../layout';
import { type Box, n, path, picture, rect, widthOf, words } from '../svg';

interface Card {
  name: string;
  columns: readonly Column[];
  /** Lines below the columns. */
  notes: readonly string[];
}

const ROW = 16;
const HEAD = 28;
const PAD = 10;
const MARGIN = 24;
const GAP = 26;
const LEAST_HEIGHT = 360;
/** A type that is longer is cut: its file has the rest. */
const LONGEST_TYPE = 34;

/** The tables of a service on PostgreSQL, and which refers to which. */
export function tablesPicture(service: string): Promise<string> {
  const tables = tablesOf(service);
  return cardsPicture({
    title: `The PostgreSQL database of ${service}`,
    cards: tables.map(({ name, columns }) => ({ name, columns, notes: [] })),
    edges: tables.flatMap(({ name, refersTo }) => refersTo.map((to) => ({ from: name, to }))),
  });
}

/** The collections of a service on MongoDB, their fields and their indexes. */
export async function collectionsPicture(service: 'catalog' | 'delivery'): Promise<string> {
  const collections = await collectionFacts(service);
  return cardsPicture({
    title: `The MongoDB database of ${service}`,
    cards: collections.map(({ name, fields, indexes }) => ({
      name,
      columns: fields,
      notes: indexes.map((index) => `index: ${index}`),
    })),
    edges: [],
  });
}

const typeOf = ({ type }: Column): string =>
  type.length > LONGEST_TYPE ? `${type.slice(0, LONGEST_TYPE - 1)}…` : type;

function sizeOf({ name, columns, notes }: Card) {
  const nameWidth = Math.max(...columns.map((column) => widthOf(column.name, 12)));
  const typeWidth = Math.max(...columns.map((column) => widthOf(typeOf(column), 11)));
  const noteWidth = Math.max(0, ...notes.map((note) => widthOf(note, 11)));
  const width = Math.max(nameWidth + typeWidth + 34, widthOf(name, 15, true) + 20, noteWidth + 20);
  return { width, height: HEAD + (columns.length + notes.length) * ROW + PAD + (notes.length > 0 ? 6 : 0) };
}

async function cardsPicture(options: {
  title: string;
  cards: readonly Card[];
  edges: readonly GraphEdge[];
}): Promise<string> {
  const { title, cards, edges } = options;
  const groups = groupsOf(cards, edges).sort((one, other) => heightOf(other) - heightOf(one));
  const blocks = await Promise.all(groups.map((group) => drawGroup(group, edges)));
  const height = Math.max(LEAST_HEIGHT, ...blocks.map((block) => block.height));
  const columns: { x: number; y: number; width: number }[] = [];
  const body: string[] = [];
  // From the tallest on, each in the first column where it has room below.
  for (const block of blocks) {
    let column = columns.find(({ y, width }) => y + block.height <= MARGIN + height && block.width <= width);
    if (!column) {
      const last = columns.at(-1);
      column = { x: last ? last.x + last.width + GAP : MARGIN, y: MARGIN, width: block.width };
      columns.push(column);
    }
    body.push(`<g transform="translate(${n(column.x)} ${n(column.y)})">`, ...block.body, '</g>');
    column.y += block.height + GAP;
  }
  const last = columns.at(-1) ?? { x: 0, y: 0, width: 0 };
  const bottom = Math.max(...columns.map(({ y }) => y)) - GAP;
  return picture({ width: last.x + last.width + MARGIN, height: bottom + MARGIN, title, body });
}

/** Cards that refer to one another, directly or by others. */
function groupsOf(cards: readonly Card[], edges: readonly GraphEdge[]): Card[][] {
  const groups = new Map(cards.map((card) => [card.name, [card]]));
  for (const { from, to } of edges) {
    const [one, other] = [groups.get(from), groups.get(to)];
    if (!one || !other || one === other) continue;
    one.push(...other);
    for (const { name } of other) groups.set(name, one);
  }
  return [...new Set(groups.values())];
}

const heightOf = (group: readonly Card[]): number =>
  Math.max(...group.map((card) => sizeOf(card).height)) + group.length;

async function drawGroup(group: readonly Card[], all: readonly GraphEdge[]) {
  const edges = all.filter(({ from }) => group.some(({ name }) => name === from));
  const {
    width,
    height,
    nodes,
    edges: lines,
  } = await layOutGraph({
    direction: 'LR',
    nodes: group.map((card) => ({ id: card.name, ...sizeOf(card) })),
    edges,
    gap: GAP,
    rankGap: 50,
  });
  const body = lines.map(({ d }) => path(d, { arrow: true }));
  for (const card of group) {
    const size = sizeOf(card);
    const { x, y } = nodes.get(card.name) ?? { x: 0, y: 0 };
    body.push(...cardLines(card, { x: x - size.width / 2, y: y - size.height / 2, ...size }));
  }
  return { width, height, body };
}

function cardLines({ name, columns, notes }: Card, { x, y, width, height }: Box): string[] {
  const row = (at: number): number => y + HEAD + at * ROW + 12;
  return [
    rect({ x, y, width, height }, 'store'),
    words(x + width / 2, y + 19, name, 'title'),
    ...columns.flatMap((column, at) => [
      words(x + 10, row(at), column.name, column.key ? 'start code key' : 'start code'),
      words(x + width - 10, row(at), typeOf(column), 'end small soft'),
    ]),
    ...notes.map((note, at) => words(x + 10, row(columns.length + at) + 6, note, 'start small')),
  ];
}
