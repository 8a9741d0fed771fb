import { appendFileSync } from 'node:fs';

/** A row of the table that `npm run test:security` prints. */
interface TallyRow {
  what: string;
  tried: number;
  violations: number;
}

/**
 * Records what a test tried, how often, and which violations it found, for the table at the end of a run. Without the
 * run's file (`BRAMBLE_TALLY`) it does nothing. It does not fail: the test itself must expect no violations.
 */
export function tally(what: string, tried: number, violations: readonly unknown[]): void {
  const file = process.env['BRAMBLE_TALLY'];
  if (file === undefined) return;
  const line: TallyRow = { what, tried, violations: violations.length };
  appendFileSync(file, `${JSON.stringify(line)}\n`);
}
