import { instance } from '@viz-js/viz';
import { n } from './svg';

interface GraphNode {
  id: string;
  width: number;
  height: number;
}
export interface GraphEdge {
  from: string;
  to: string;
  /** Lines of 12 pixels beside the edge. */
  label?: readonly string[];
}
export interface GraphOptions {
  direction: 'LR' | 'TB';
  nodes: readonly GraphNode[];
  edges: readonly GraphEdge[];
  /** Pixels between neighbours of a rank, and between ranks. */
  gap?: number;
  rankGap?: number;
  /** Nodes that stand in one rank. */
  ranks?: readonly (readonly string[])[];
}
export interface Placed {
  width: number;
  height: number;
  /** The middle of each node. */
  nodes: ReadonlyMap<string, { x: number; y: number }>;
  /** In the order of the edges given: a path that ends where its arrow head ends, and the middle of its label. */
  edges: readonly { d: string; label: { x: number; y: number } | undefined }[];
}

interface VizObject {
  name: string;
  pos: string;
}
interface VizJson {
  bb: string;
  objects: VizObject[];
  edges?: { pos: string; lp?: string }[];
}

const POINTS_PER_INCH = 72;
const quoted = (text: string): string => JSON.stringify(text);

/** Places the boxes of a graph and the lines between them by Graphviz (dot), which keeps them apart. */
export async function layOutGraph(options: GraphOptions): Promise<Placed> {
  const { direction, nodes, edges, gap = 30, rankGap = 50, ranks = [] } = options;
  const viz = await instance();
  const dot = [
    'digraph {',
    `graph [rankdir=${direction} nodesep=${gap / POINTS_PER_INCH} ranksep=${rankGap / POINTS_PER_INCH} margin=0]`,
    'node [shape=box fixedsize=true label=""]',
    'edge [fontname=Helvetica fontsize=12.5]',
    ...nodes.map(
      ({ id, width, height }) =>
        `${quoted(id)} [width=${width / POINTS_PER_INCH} height=${height / POINTS_PER_INCH}]`,
    ),
    ...ranks.map((ids) => `{rank=same ${ids.map(quoted).join(' ')}}`),
    ...edges.map(({ from, to, label }) => {
      const text = label ? ` [label=${quoted(label.join('\n'))}]` : '';
      return `${quoted(from)} -> ${quoted(to)}${text}`;
    }),
    '}',
  ].join('\n');
  const laid = JSON.parse(viz.renderString(dot, { format: 'json', engine: 'dot' })) as VizJson;
  const [, , width = 0, height = 0] = numbers(laid.bb);
  // Graphviz counts from the bottom.
  const point = ([x = 0, y = 0]: readonly number[]) => ({ x, y: height - y });
  return {
    width,
    height,
    nodes: new Map(laid.objects.map(({ name, pos }) => [name, point(numbers(pos))])),
    edges: (laid.edges ?? []).map(({ pos, lp }) => ({
      d: splineOf(pos, height),
      label: lp === undefined ? undefined : point(numbers(lp)),
    })),
  };
}

const numbers = (text: string): number[] => text.split(/[ ,]/).map(Number);

/** Graphviz writes `e,x,y` for the arrow's tip, then the points of cubic curves. */
function splineOf(pos: string, height: number): string {
  const parts = pos.split(' ');
  const tip = parts.find((part) => part.startsWith('e,'))?.slice(2);
  const points = parts
    .filter((part) => !/^[es],/.test(part))
    .map((part) => {
      const [x = 0, y = 0] = numbers(part);
      return `${n(x)} ${n(height - y)}`;
    });
  const [first = '', ...rest] = points;
  const end =
    tip === undefined
      ? ''
      : (() => {
          const [x = 0, y = 0] = numbers(tip);
          return ` L${n(x)} ${n(height - y)}`;
        })();
  return `M${first} C${rest.join(' ')}${end}`;
}
