import { appendFileSync } from 'node:fs';

/** A line of the table that `npm run test:security` prints. */
export interface Tallied {
  what: string;
  tried: number;
  violations: number;
}

/**
 * Notes what was tried, how often, and what went wrong, for the table at the end of a run. Without the run's file
 * (`BRAMBLE_TALLY`) it does nothing. It judges nothing: the test still has to expect that there are no violations.
 */
export function tally(what: string, tried: number, violations: readonly unknown[]): void {
  const file = process.env['BRAMBLE_TALLY'];
  if (file === undefined) return;
  const line: Tallied = { what, tried, violations: violations.length };
  appendFileSync(file, `${JSON.stringify(line)}\n`);
}
