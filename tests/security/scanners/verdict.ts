export interface Outcome {
  scanner: string;
  verdict: 'clean' | 'FINDINGS' | 'NOT RUN' | 'left out';
  /** What was looked at, or why nothing was. */
  said: string;
}

export interface Scanner {
  name: string;
  run: () => Outcome | Promise<Outcome>;
}

/** Runs the scanners one after the other, without those that are left out by name. One that fails to run is `NOT RUN`. */
export async function runScanners(
  scanners: readonly Scanner[],
  without: readonly string[],
): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const { name, run } of scanners) {
    if (without.includes(name)) {
      outcomes.push({ scanner: name, verdict: 'left out', said: 'by --without' });
      continue;
    }
    try {
      outcomes.push(await run());
    } catch (error) {
      const [said = ''] = String(error instanceof Error ? error.message : error).split('\n');
      outcomes.push({ scanner: name, verdict: 'NOT RUN', said });
    }
  }
  return outcomes;
}

/** True when every scanner that was not left out has run and found nothing. A scanner that did not run is no pass. */
export const passes = (outcomes: readonly Outcome[]): boolean =>
  outcomes.every(({ verdict }) => verdict === 'clean' || verdict === 'left out');
