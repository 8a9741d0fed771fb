import { readFileSync } from 'node:fs';

/** Resident memory of a process in MiB, as Linux counts it. Throws when there is no such process. */
export const residentMebibytes = (pid: number): number =>
  Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
