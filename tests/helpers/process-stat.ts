import { readdirSync, readFileSync } from 'node:fs';

/** Of Linux on every platform that Node runs on: USER_HZ, https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
const TICKS_PER_SECOND = 100;

export interface ProcessStat {
  pid: number;
  parent: number;
  /** Seconds on a CPU of the process and of the children that it has waited for, the kernel's part included. */
  cpuSeconds: number;
}

function statOf(pid: number): ProcessStat | undefined {
  try {
    const line = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The command's name may hold spaces; the fields after it start with the state, field 3 of the manual.
    const fields = line
      .slice(line.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
    const [utime = 0, stime = 0, cutime = 0, cstime = 0] = fields.slice(11, 15);
    return {
      pid,
      parent: fields[1] ?? 0,
      cpuSeconds: (utime + stime + cutime + cstime) / TICKS_PER_SECOND,
    };
  } catch {
    // The process ended meanwhile.
    return undefined;
  }
}

/** Every process of the machine. */
export const allProcesses = (): ProcessStat[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => statOf(Number(name)))
    .filter((stat) => stat !== undefined);
