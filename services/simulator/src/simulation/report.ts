import type { Figures } from './figures';
import { table } from './table';

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
  const { sum, limited } = { sum: figures.visits() + turnedAway, limited: figures.limited() };
  const placed = rows.find(({ name }) => name === 'place order');
  return [
    table(['call', 'count', 'per s', 'p50', 'p95', 'slowest', 'refused', 'failed'], calls),
    table(
      ['visits ended', 'count'],
      turnedAway > 0 ? [...outcomes, ['not let in, the shop was full', String(turnedAway)]] : outcomes,
    ),
    ...(limited > 0
      ? [
          `The shop refused ${limited} calls because one address may send only so many: for such a load start it with RATE_LIMIT_FACTOR=100 npm start.`,
        ]
      : []),
    `${sum} shoppers in ${seconds.toFixed(0)} s, ${placed ? placed.calls - placed.refused - placed.failed : 0} orders placed, ${figures.failures()} calls failed.`,
  ].join('\n\n');
}
