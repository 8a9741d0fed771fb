import type { Finding } from './finding';

/** What one seed showed. */
export interface SeedResult {
  seed: number;
  acknowledged: number;
  /** The time from the last fault until no work was in flight. */
  restSeconds: number;
  /** The longest time that consumers took until they read again after a loss of Redis. */
  readAgainSeconds: number;
  faults: ReadonlyMap<string, number>;
  /** How many faults began while another lasted. */
  overlaps: number;
  answers: ReadonlyMap<string, number>;
  /** The number of orders by injected cause and by how they ended. */
  ends: ReadonlyMap<string, ReadonlyMap<string, number>>;
  findings: readonly Finding[];
  /** The work that was still in flight when its time was over. */
  left: readonly string[];
}

export const passed = ({ findings, left }: SeedResult): boolean =>
  left.length === 0 && findings.every(({ violations }) => violations.length === 0);

const listed = (counts: ReadonlyMap<string, number>) =>
  [...counts].map(([name, count]) => `${name} ×${count}`).join(', ');

const verdict = ({ promise, sampled, violations }: Finding, examples: number) =>
  `  ${violations.length === 0 ? 'ok  ' : 'FAIL'} ${promise}: ${sampled} sampled, ${violations.length} violations${violations
    .slice(0, examples)
    .map((text) => `\n         ${text}`)
    .join('')}`;

/** How many orders ended how, a line for each injected cause, the most frequent end first. */
function goodputLines(ends: SeedResult['ends']): string[] {
  return [...ends]
    .map(([cause, counts]) => ({ cause, counts, sum: [...counts.values()].reduce((a, b) => a + b, 0) }))
    .sort((one, other) => other.sum - one.sum)
    .map(({ cause, counts, sum }) => {
      const most = [...counts].sort(([, one], [, other]) => other - one);
      const share = Math.round((100 * (counts.get('COMPLETED') ?? 0)) / sum);
      return `    ${String(sum).padStart(5)}  ${cause}: ${share} % completed; ${listed(new Map(most))}`;
    });
}

function endsOfAll(results: readonly SeedResult[]): Map<string, ReadonlyMap<string, number>> {
  const all = new Map<string, ReadonlyMap<string, number>>();
  for (const { ends } of results)
    for (const [cause, counts] of ends) all.set(cause, summed([all.get(cause) ?? new Map(), counts]));
  return all;
}

/** One seed, in lines for a person. */
export function describeSeed(result: SeedResult): string {
  const { seed, acknowledged, restSeconds, readAgainSeconds, faults, answers, ends, findings, left } = result;
  return [
    `seed ${seed}: ${acknowledged} orders acknowledged, at rest ${restSeconds.toFixed(1)} s after the last fault${readAgainSeconds > 0 ? `, consumers read again ${readAgainSeconds.toFixed(1)} s after a loss of Redis` : ''}`,
    `  faults   ${listed(faults)}; ${result.overlaps} began while another lasted`,
    `  answers  ${listed(new Map([...answers].sort()))}`,
    '  orders, by injected cause',
    ...goodputLines(ends),
    ...findings.map((finding) => verdict(finding, 5)),
    ...left.slice(0, 5).map((text) => `  FAIL not at rest: ${text}`),
  ].join('\n');
}

function summed(maps: readonly ReadonlyMap<string, number>[]): Map<string, number> {
  const total = new Map<string, number>();
  for (const map of maps) for (const [name, count] of map) total.set(name, (total.get(name) ?? 0) + count);
  return total;
}

/** All seeds together: each promise with what was sampled and broken, and how often each fault really happened. */
export function describeAll(
  results: readonly SeedResult[],
  broken: readonly string[],
  kinds: readonly string[],
): string {
  const promises = new Map<string, Finding>();
  for (const { findings } of results)
    for (const { promise, sampled, violations } of findings) {
      const sum = promises.get(promise) ?? { promise, sampled: 0, violations: [] };
      promises.set(promise, {
        promise,
        sampled: sum.sampled + sampled,
        violations: [...sum.violations, ...violations],
      });
    }
  const counts = summed(results.map(({ faults }) => faults));
  const names = [...new Set([...kinds, ...counts.keys()])];
  const most = (values: number[]) => Math.max(0, ...values).toFixed(1);
  const failed = results.filter((result) => !passed(result));
  return [
    '',
    `all ${results.length} seeds: ${results.reduce((sum, { acknowledged }) => sum + acknowledged, 0)} orders acknowledged`,
    ...[...promises.values()].map((finding) => verdict(finding, 0)),
    `  at rest at most ${most(results.map(({ restSeconds }) => restSeconds))} s after the last fault; consumers read again at most ${most(results.map(({ readAgainSeconds }) => readAgainSeconds))} s after a loss of Redis`,
    '  orders, by injected cause:',
    ...goodputLines(endsOfAll(results)),
    `  faults that happened (${results.reduce((sum, { overlaps }) => sum + overlaps, 0)} began while another lasted):`,
    ...names.map((name) => `    ${String(counts.get(name) ?? 0).padStart(4)}  ${name}`),
    ...failed.map(({ seed }) => `  FAIL seed ${seed}`),
    ...broken.map((text) => `  FAIL ${text}`),
    `${results.length - failed.length} passed, ${failed.length + broken.length} failed`,
  ].join('\n');
}
