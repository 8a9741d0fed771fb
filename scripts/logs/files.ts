import { closeSync, existsSync, openSync, readdirSync, readFileSync, readSync, statSync } from 'node:fs';
import path from 'node:path';
import { StringDecoder } from 'node:string_decoder';

/** One line of a log with the time it was written, in milliseconds; a line without a time has that of the line before it. */
export interface LogLine {
  name: string;
  at: number;
  text: string;
}

const STORES = ['mongodb', 'postgres', 'redis', 'redis-cache'];
/** How often a followed file is read. */
const POLL_MS = 150;

/** The logs in a data folder by name, the services before the stores. */
export function logNames(logDir: string): { services: string[]; stores: string[] } {
  const names = existsSync(logDir)
    ? readdirSync(logDir)
        .filter((file) => file.endsWith('.log'))
        .map((file) => path.basename(file, '.log'))
        .sort()
    : [];
  return {
    services: names.filter((name) => !STORES.includes(name)),
    stores: names.filter((name) => STORES.includes(name)),
  };
}

/** Every line of a log file, and how many bytes of it were read. */
export function readLog(file: string, name: string): { lines: LogLine[]; size: number } {
  const bytes = readFileSync(file);
  let at = 0;
  const lines = bytes
    .toString('utf8')
    .split('\n')
    .filter((text) => text.trim() !== '')
    .map((text) => {
      at = timeOf(text) ?? at;
      return { name, at, text };
    });
  return { lines, size: bytes.length };
}

/** The time that a line of a service, MongoDB, PostgreSQL or Redis begins with. */
function timeOf(text: string): number | undefined {
  const [, stamp] =
    /^\{.*?"time":"([^"]+)"/.exec(text) ??
    /^\{"t":\{"\$date":"([^"]+)"/.exec(text) ??
    /^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d[.\d]* [A-Z]+)/.exec(text) ??
    /^\d+:[A-Z] (\d\d \w{3} \d{4} \d\d:\d\d:\d\d\.\d+)/.exec(text) ??
    [];
  const at = stamp === undefined ? NaN : Date.parse(stamp);
  return Number.isNaN(at) ? undefined : at;
}

/**
 * Calls `onLine` for each line that is written to the file from byte `from` on, which is its end unless given. The file
 * may be missing yet, and may be exchanged for a new one. Returns what ends it.
 */
export function followLog(file: string, onLine: (text: string) => void, from?: number): () => void {
  let position = from ?? statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  let inode: number | undefined;
  let decoder = new StringDecoder('utf8');
  let rest = '';
  const buffer = Buffer.alloc(64 * 1024);

  function poll(): void {
    const stat = statSync(file, { throwIfNoEntry: false });
    if (!stat) return;
    if ((inode !== undefined && stat.ino !== inode) || stat.size < position) {
      position = 0;
      rest = '';
      decoder = new StringDecoder('utf8');
    }
    inode = stat.ino;
    if (stat.size === position) return;
    const descriptor = openSync(file, 'r');
    try {
      for (;;) {
        const count = readSync(descriptor, buffer, 0, buffer.length, position);
        if (count === 0) break;
        position += count;
        const lines = (rest + decoder.write(buffer.subarray(0, count))).split('\n');
        rest = lines.pop() ?? '';
        lines.forEach(onLine);
      }
    } finally {
      closeSync(descriptor);
    }
  }
  const timer = setInterval(poll, POLL_MS);
  return () => {
    clearInterval(timer);
    poll();
  };
}
