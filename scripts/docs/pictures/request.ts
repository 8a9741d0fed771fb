import { type Check, refusalWords, requestChecks } from '../facts/request-checks';
import { path, picture, rect, widthOf, words } from '../svg';

const BOX = { width: 290, height: 40 };
const ROW = 62;
const TOP = 112;
const REFUSAL_GAP = 30;

interface Lane {
  x: number;
  title: string;
  checks: readonly Check[];
}

/** A request on its way in: each thing that is asked of it, and what it is refused with. */
export function requestPicture(): string {
  const { gateway, service } = requestChecks();
  const kept: Check = { text: 'a public answer that is kept?', refusals: [], answer: '200 or 304 at once' };
  const lanes: Lane[] = [
    { x: 24, title: 'gateway', checks: [kept, ...gateway] },
    { x: 600, title: 'service', checks: service },
  ];
  const rows = Math.max(...lanes.map(({ checks }) => checks.length));
  const height = TOP + rows * ROW + 76;
  const [first, second] = lanes as [Lane, Lane];
  const body = [
    ...lanes.flatMap(laneLines),
    words(first.x + BOX.width / 2, 40, 'request', 'title'),
    path(`M${first.x + BOX.width / 2} 48 L${first.x + BOX.width / 2} ${TOP - 3}`, { arrow: true }),
    ...crossing(first, second),
    ...wayBack(first, second),
  ];
  return picture({
    width: 1176,
    height,
    title: 'What is asked of a request, in order, and how it is refused',
    body,
  });
}

const yOf = (row: number): number => TOP + row * ROW;

function laneLines({ x, title, checks }: Lane): string[] {
  const lines = [words(x, 98, title, 'title start')];
  checks.forEach(({ text, refusals, answer }, row) => {
    const y = yOf(row);
    if (row > 0)
      lines.push(
        path(`M${x + BOX.width / 2} ${y - ROW + BOX.height} L${x + BOX.width / 2} ${y - 3}`, { arrow: true }),
      );
    lines.push(rect({ x, y, ...BOX }, 'service'), words(x + BOX.width / 2, y + 25, text));
    const outcomes = answer === undefined ? refusals.map(refusalWords) : [answer];
    if (outcomes.length === 0) return;
    const width = Math.max(...outcomes.map((outcome) => widthOf(outcome, 12))) + 20;
    const tall = outcomes.length * 15 + 10;
    const left = x + BOX.width + REFUSAL_GAP;
    const role = answer === undefined ? 'bad' : 'good';
    lines.push(
      path(`M${x + BOX.width} ${y + BOX.height / 2} L${left - 3} ${y + BOX.height / 2}`, {
        role,
        arrow: true,
      }),
    );
    lines.push(rect({ x: left, y: y + BOX.height / 2 - tall / 2, width, height: tall }, role, 6));
    outcomes.forEach((outcome, at) =>
      lines.push(words(left + 10, y + BOX.height / 2 - tall / 2 + 16 + at * 15, outcome, 'start small')),
    );
  });
  return lines;
}

/** From the gateway's last box to the service's first one. */
function crossing(from: Lane, to: Lane): string[] {
  const y = yOf(from.checks.length - 1) + BOX.height;
  const [start, between, end] = [from.x + BOX.width / 2 + 40, to.x - 26, to.x + BOX.width / 2];
  return [
    path(
      `M${start} ${y} L${start} ${y + 22} L${between} ${y + 22} L${between} 66 L${end} 66 L${end} ${TOP - 3}`,
      { arrow: true },
    ),
  ];
}

/** The answer, from the service's rules back to the caller. */
function wayBack(to: Lane, from: Lane): string[] {
  const rules = yOf(from.checks.length - 1) + BOX.height;
  const y = yOf(to.checks.length - 1) + BOX.height + 52;
  const [start, end] = [from.x + BOX.width / 2, to.x + BOX.width / 2 - 40];
  return [
    path(`M${start} ${rules} L${start} ${y} L${end + 3} ${y}`, { role: 'good', arrow: true }),
    words(
      (start + end) / 2 + 60,
      y - 8,
      '2xx: the effect, its event and this answer are one transaction',
      'label',
    ),
    words(end - 10, y + 5, 'response', 'title end'),
  ];
}
