import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

/** Identifies one process: process ids are reused, a process id together with its start time is not. */
export interface ProcessId {
  pid: number;
  startedAt: string;
}

/** The process with this number, or undefined when there is none (a zombie counts as none). */
export function processId(pid: number): ProcessId | undefined {
  if (process.platform === 'linux') {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      // The name in parentheses may hold spaces; after it come the state (3rd) and the start time (22nd field).
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      return fields[0] === 'Z' || fields[0] === 'X'
        ? undefined
        : { pid, startedAt: `${bootId()}-${fields[19]}` };
    } catch {
      return undefined;
    }
  }
  try {
    const startedAt = execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim();
    return startedAt ? { pid, startedAt } : undefined;
  } catch {
    return undefined;
  }
}

function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return '';
  }
}

/** True while exactly this process lives. */
export function isAlive(id: ProcessId): boolean {
  return processId(id.pid)?.startedAt === id.startedAt;
}

/** Writes down which process it is, for the start after a crash. */
export function writePidFile(file: string, pid: number): void {
  const id = processId(pid);
  if (id) writeFileSync(file, JSON.stringify(id));
}

/** The process that the file names, when it is still the same one and alive. */
export function readPidFile(file: string): ProcessId | undefined {
  try {
    const id = JSON.parse(readFileSync(file, 'utf8')) as ProcessId;
    return isAlive(id) ? id : undefined;
  } catch {
    return undefined;
  }
}

/** Ends what the file names: first with `signal`, after `graceMs` with SIGKILL. True when something was ended. */
export async function endByPidFile(file: string, signal: NodeJS.Signals, graceMs: number): Promise<boolean> {
  const id = readPidFile(file);
  if (id) await end(id, signal, graceMs);
  rmSync(file, { force: true });
  return id !== undefined;
}

/** Ends a process and waits until it is gone. */
export async function end(id: ProcessId, signal: NodeJS.Signals, graceMs: number): Promise<void> {
  const deadline = Date.now() + graceMs;
  send(id, signal);
  // A stopped process takes no signal but SIGKILL before it continues.
  send(id, 'SIGCONT');
  while (isAlive(id)) {
    if (Date.now() > deadline) send(id, 'SIGKILL');
    await delay(25);
  }
}

function send(id: ProcessId, signal: NodeJS.Signals): void {
  try {
    if (isAlive(id)) process.kill(id.pid, signal);
  } catch {
    return;
  }
}
