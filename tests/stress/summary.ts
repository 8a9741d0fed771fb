import { table } from '@bramble/simulator/simulation/table';
import type { Verdict } from './verdict';

/** How many reasons are printed of one broken promise. */
const MOST_REASONS = 5;

/** What one shape found. */
interface ShapeResult {
  title: string;
  verdicts: readonly Verdict[];
  pages: readonly string[];
}

const word = ({ kept }: Verdict): string => (kept ? 'kept' : 'BROKEN');

function reasonsOf({ promise, because }: Verdict): string[] {
  const more = because.length - MOST_REASONS;
  return [
    `Broken: ${promise}`,
    ...because.slice(0, MOST_REASONS).map((line) => `  ${line}`),
    ...(more > 0 ? [`  and ${more} more`] : []),
  ];
}

/** One shape as a table: each promise, what was wanted, what was seen; then what broke it and where to look. */
export function summaryOf({ title, verdicts, pages }: ShapeResult): string {
  const rows = verdicts.map((verdict) => [verdict.promise, verdict.wanted, verdict.seen, word(verdict)]);
  return [
    title,
    '',
    table(['promise', 'wanted', 'seen', 'verdict'], rows),
    ...verdicts.filter(({ kept }) => !kept).flatMap(reasonsOf),
    ...pages.map((page) => `See ${page}`),
    '',
  ].join('\n');
}

/** What all shapes found, for a program. */
export const reportOf = (shapes: readonly ShapeResult[], seconds: number) => ({
  kept: shapes.every(({ verdicts }) => verdicts.every(({ kept }) => kept)),
  seconds: Number(seconds.toFixed(1)),
  shapes: shapes.map(({ title, verdicts, pages }) => ({ title, promises: verdicts, pages })),
});

/** The last line of a run. */
export function closingLine(verdicts: readonly Verdict[], seconds: number): string {
  const broken = verdicts.filter(({ kept }) => !kept).length;
  const result = broken === 0 ? 'all kept' : `${broken} BROKEN`;
  return `${verdicts.length} promise${verdicts.length === 1 ? '' : 's'}, ${result}, in ${seconds.toFixed(0)} s.`;
}
