import type { Figures } from './figures';

const ms = (seconds: number) => `${(seconds * 1_000).toFixed(0)} ms`;

/** The closing report of a run as two plain tables. */
export function report(
  figures: Figures,
  { seconds, turnedAway }: { seconds: number; turnedAway: number },
): string {
  const rows = figures.calls().sort((a, b) => b.calls - a.calls);
  const calls = rows.map((row) => [
    row.name,
    String(row.calls),
    (row.calls / seconds).toFixed(1),
    ms(row.p50),
    ms(row.p95),
    ms(row.slowest),
    String(row.refused),
    String(row.failed),
  ]);
  const outcomes = [...figures.outcomes()]
    .sort((a, b) => b[1] - a[1])
    .map(([name, count]) => [name, String(count)]);
  return [
    table(['call', 'count', 'per s', 'p50', 'p95', 'slowest', 'refused', 'failed'], calls),
    table(['visits ended', 'count'], [...outcomes, ['turned away', String(turnedAway)]]),
  ].join('\n\n');
}

function table(head: readonly string[], rows: readonly string[][]): string {
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => (row[column] ?? '').length)),
  );
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('  ');
  return [line(head), widths.map((width) => '-'.repeat(width)).join('  '), ...rows.map(line)].join('\n');
}
