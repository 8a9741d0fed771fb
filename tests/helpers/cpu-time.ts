import { readdirSync, readFileSync } from 'node:fs';

/** Of Linux on every platform that Node runs on: USER_HZ, https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
const TICKS_PER_SECOND = 100;

interface Stat {
  parent: number;
  ticks: number;
}

/** Of a process: its parent, and the time that it and the children it has waited for spent on a CPU. */
function statOf(pid: number): Stat | undefined {
  try {
    const line = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The command's name may hold spaces; the fields after it start with the state, field 3 of the manual.
    const fields = line
      .slice(line.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
    const [utime = 0, stime = 0, cutime = 0, cstime = 0] = fields.slice(11, 15);
    return { parent: fields[1] ?? 0, ticks: utime + stime + cutime + cstime };
  } catch {
    // The process ended meanwhile.
    return undefined;
  }
}

/** Seconds on a CPU that `roots` and all processes below them have spent so far, the kernel's part included. */
export function cpuSeconds(roots: readonly number[]): number {
  const stats = new Map<number, Stat>();
  for (const entry of readdirSync('/proc')) {
    const stat = /^\d+$/.test(entry) ? statOf(Number(entry)) : undefined;
    if (stat) stats.set(Number(entry), stat);
  }
  const isBelow = (pid: number): boolean => {
    if (roots.includes(pid)) return true;
    const parent = stats.get(pid)?.parent ?? 0;
    return parent > 0 && isBelow(parent);
  };
  let ticks = 0;
  for (const [pid, stat] of stats) if (isBelow(pid)) ticks += stat.ticks;
  return ticks / TICKS_PER_SECOND;
}
