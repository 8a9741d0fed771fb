import { allProcesses } from './process-stat';

/** Seconds on a CPU that `roots` and all processes below them have spent so far. */
export function cpuSeconds(roots: readonly number[]): number {
  const stats = new Map(allProcesses().map((stat) => [stat.pid, stat]));
  const isBelow = (pid: number): boolean => {
    if (roots.includes(pid)) return true;
    const parent = stats.get(pid)?.parent ?? 0;
    return parent > 0 && isBelow(parent);
  };
  let seconds = 0;
  for (const [pid, stat] of stats) if (isBelow(pid)) seconds += stat.cpuSeconds;
  return seconds;
}
