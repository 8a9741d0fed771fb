import { type Attempt, isCompleted, isPaid, isSoldOut } from './attempt';

/** What has become of the orders so far, as one line. */
export function countLine(attempts: readonly Attempt[]): string {
  /** Several answers may name one order. */
  const count = (name: string, is: (attempt: Attempt) => boolean) =>
    `${name} ${new Set(attempts.filter(is).map((attempt) => attempt.order?.id ?? attempt)).size}`;
  return [
    `sent ${attempts.length}`,
    `accepted ${attempts.filter(({ answer }) => answer === 'accepted').length}`,
    count('paid', isPaid),
    count('completed', isCompleted),
    count('refused', isSoldOut),
  ].join('  ');
}

const REDRAW_MS = 250;
const LINE_MS = 1_000;

/** Shows a line that is drawn again and again on a terminal; elsewhere a line is printed once a second if it is a new one. */
export function showProgress(out: NodeJS.WriteStream) {
  const startedAt = performance.now();
  let text = (): string => '';
  let shown = '';
  const draw = () => {
    const line = text();
    if (line === '' || (!out.isTTY && line === shown)) return;
    shown = line;
    const seconds = ((performance.now() - startedAt) / 1_000).toFixed(0).padStart(4);
    out.write(out.isTTY ? `\r\x1b[K${seconds} s  ${line}` : `${seconds} s  ${line}\n`);
  };
  const timer = setInterval(draw, out.isTTY ? REDRAW_MS : LINE_MS);
  return {
    show: (line: () => string) => void (text = line),
    /** Leaves the last line as it is. */
    end: () => {
      clearInterval(timer);
      draw();
      if (out.isTTY) out.write('\n');
    },
  };
}
