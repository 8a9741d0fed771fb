import { dot, path, type PathOptions, picture, rect, type Role, widthOf, words, wrap } from './svg';

/** One step between participants, from top to bottom. */
export type Step =
  | { kind: 'call' | 'answer'; from: string; to: string; text: string }
  /** Published once, consumed by each of `to`. */
  | { kind: 'event'; from: string; to: readonly string[]; text: string }
  /** What one participant does by itself. */
  | { kind: 'act'; at: string; text: string }
  | { kind: 'state'; at: string; text: string; role: Role };

export interface SequenceOptions {
  title: string;
  participants: readonly { name: string; role: Role }[];
  steps: readonly Step[];
}

const LEFT = 24;
const COLUMN = 192;
const HEAD = 36;
const ROW = 36;
const ACT_WIDTH = 190;

/** Draws a sequence diagram: the messages between participants, from top to bottom. */
export function sequence({ title, participants, steps }: SequenceOptions): string {
  const xOf = (name: string): number =>
    LEFT + COLUMN / 2 + participants.findIndex((each) => each.name === name) * COLUMN;
  const lines: string[] = [];
  let y = 24 + HEAD + 18;
  for (const step of steps) {
    y += ROW;
    if (step.kind === 'state') {
      const width = widthOf(step.text, 13, true) + 24;
      lines.push(rect({ x: xOf(step.at) - width / 2, y: y - 13, width, height: 26 }, step.role, 13));
      lines.push(words(xOf(step.at), y + 5, step.text));
    } else if (step.kind === 'act') {
      const rows = wrap(step.text, ACT_WIDTH - 20, 11);
      const height = rows.length * 14 + 12;
      y += Math.max(0, height - 30) / 2;
      lines.push(
        rect({ x: xOf(step.at) - ACT_WIDTH / 2, y: y - height / 2, width: ACT_WIDTH, height }, 'store', 5),
      );
      rows.forEach((row, at) =>
        lines.push(words(xOf(step.at), y + 4 + (at - (rows.length - 1) / 2) * 14, row, 'small')),
      );
      y += Math.max(0, height - 30) / 2;
    } else if (step.kind === 'event') lines.push(...eventLines(step, xOf, y));
    else {
      const [from, to] = [xOf(step.from), xOf(step.to)];
      lines.push(
        path(`M${from} ${y} L${to - Math.sign(to - from) * 3} ${y}`, {
          dashed: step.kind === 'answer',
          arrow: true,
        }),
      );
      lines.push(words((from + to) / 2, y - 8, step.text, 'label'));
    }
  }
  const end = y + ROW;
  const legend = legendLines(steps, end + 22);
  const height = end + 40;
  const heads = participants.flatMap(({ name, role }) => [
    path(`M${xOf(name)} ${24 + HEAD} L${xOf(name)} ${end}`, { dashed: true, thin: true }),
    rect({ x: xOf(name) - COLUMN / 2 + 16, y: 24, width: COLUMN - 32, height: HEAD }, role),
    words(xOf(name), 24 + HEAD / 2 + 5, name, 'title'),
  ]);
  const width = 2 * LEFT + participants.length * COLUMN;
  return picture({ width, height, title, body: [...heads, ...lines, ...legend] });
}

/** What the lines mean, for the kinds of steps that there are. */
function legendLines(steps: readonly Step[], y: number): string[] {
  const entries: readonly [Step['kind'], string, PathOptions][] = [
    ['call', 'request', {}],
    ['answer', 'answer', { dashed: true }],
    ['event', 'event: outbox of its service, Redis Stream, inbox of each consumer', { role: 'stream' }],
  ];
  return entries
    .filter(([kind]) => steps.some((step) => step.kind === kind))
    .flatMap(([, text, options], at) => {
      const x = LEFT + at * 140;
      return [
        path(`M${x} ${y - 4} L${x + 36} ${y - 4}`, { ...options, arrow: true }),
        words(x + 46, y, text, 'start small'),
      ];
    });
}

/** One line to the farthest consumer, with an arrow head at each. */
function eventLines(
  { from, to, text }: Extract<Step, { kind: 'event' }>,
  xOf: (name: string) => number,
  y: number,
): string[] {
  const start = xOf(from);
  const ends = to.map(xOf).sort((a, b) => Math.abs(a - start) - Math.abs(b - start));
  const side = Math.sign((ends.at(-1) ?? start) - start);
  const near = ends[0] ?? start;
  return [
    dot(start, y, 'stream'),
    ...ends.map((end) => path(`M${start} ${y} L${end - side * 3} ${y}`, { role: 'stream', arrow: true })),
    words((start + near) / 2, y - 8, text, 'label'),
  ];
}
