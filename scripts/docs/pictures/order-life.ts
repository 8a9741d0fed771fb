import { type OrderStatus, orderStatusSchema } from '@bramble/contracts/orders';
import { type Cell, isFinal, orderTable, type Rule } from '../../../services/orders/src/life/order.states';
import { layOutGraph } from '../layout';
import { path, picture, rect, type Role, widthOf, words } from '../svg';

interface Step {
  from: OrderStatus;
  to: OrderStatus;
  inputs: string[];
}

/** Every change of state of the order table, with the inputs that make it. */
function steps(): Step[] {
  const found = new Map<string, Step>();
  for (const from of orderStatusSchema.options) {
    for (const [input, cell] of Object.entries(orderTable[from]) as [string, Cell][]) {
      for (const rule of rulesOf(cell)) {
        if (typeof rule !== 'object' || !('do' in rule) || rule.to === undefined) continue;
        const key = `${from} ${rule.to}`;
        const step = found.get(key) ?? { from, to: rule.to, inputs: [] };
        if (!step.inputs.includes(input)) step.inputs.push(input);
        found.set(key, step);
      }
    }
  }
  return [...found.values()];
}

const rulesOf = (cell: Cell): Rule[] =>
  Array.isArray(cell) ? (cell as readonly { then: Rule }[]).map(({ then }) => then) : [cell as Rule];

const roleOf = (status: OrderStatus): Role =>
  status === 'COMPLETED' ? 'good' : isFinal(status) ? 'bad' : 'service';

const MARGIN = 24;
const HEIGHT = 40;

/** The order's life: every state, every change between two, and what makes it. */
export async function orderLife(): Promise<string> {
  const all = steps();
  const placed = await layOutGraph({
    direction: 'LR',
    nodes: orderStatusSchema.options.map((id) => ({ id, width: widthOf(id, 15, true) + 34, height: HEIGHT })),
    edges: all.map(({ from, to, inputs }) => ({ from, to, label: inputs })),
    gap: 34,
    rankGap: 40,
  });
  const body: string[] = [];
  all.forEach(({ to, inputs }, at) => {
    const edge = placed.edges[at];
    if (!edge) return;
    body.push(path(edge.d, { role: roleOf(to), arrow: true }));
    const { x, y } = edge.label ?? { x: 0, y: 0 };
    inputs.forEach((input, line) =>
      body.push(words(x, y + 4 + (line - (inputs.length - 1) / 2) * 15, input, 'label')),
    );
  });
  for (const status of orderStatusSchema.options) {
    const { x, y } = placed.nodes.get(status) ?? { x: 0, y: 0 };
    const width = widthOf(status, 15, true) + 34;
    body.push(rect({ x: x - width / 2, y: y - HEIGHT / 2, width, height: HEIGHT }, roleOf(status), 20));
    body.push(words(x, y + 5, status, 'title'));
  }
  return picture({
    width: placed.width + 2 * MARGIN,
    height: placed.height + 2 * MARGIN,
    title: "The order's life: its states, and what moves it from one to the next",
    body: [`<g transform="translate(${MARGIN} ${MARGIN})">`, ...body, '</g>'],
  });
}
