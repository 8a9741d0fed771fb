import { constants, realpathSync } from 'node:fs';
import { access, realpath } from 'node:fs/promises';
import path from 'node:path';
import { run } from './run';
import type { Log, ServerBinary, ServerSource } from './types';

/**
 * Every executable of this name in these folders, by default those of the PATH; first found first, each program once.
 * The paths are those that were found, also where they are links: a program may read from the name it is started by
 * what it shall be, as Debian's `redis-server` does, which is a link to `redis-check-rdb`.
 */
export async function executables(name: string, dirs: readonly string[] = pathDirs()): Promise<string[]> {
  const found = new Map<string, string>();
  for (const dir of dirs) {
    try {
      const file = path.join(dir, name);
      await access(file, constants.X_OK);
      const real = await realpath(file);
      if (!found.has(real)) found.set(real, file);
    } catch {
      continue;
    }
  }
  return [...found.values()];
}

/** A program that was installed with this one. It lies beside the real file, not beside a link on the PATH. */
export function companion(file: string, name: string): string {
  return path.join(path.dirname(realpathSync(file)), name);
}

function pathDirs(): string[] {
  return (process.env['PATH'] ?? '').split(path.delimiter).filter(Boolean);
}

/** Asks a server for its version; undefined when it does not run on this machine. */
export async function probe(
  file: string,
  origin: string,
  majorOf: (version: string) => string,
): Promise<ServerBinary | undefined> {
  const result = await run(file, ['--version'], { timeoutMs: 20_000 });
  const version = /(\d+(?:\.\d+)+)/.exec(result.stdout)?.[1];
  return result.ok && version ? { path: file, version, major: majorOf(version), origin } : undefined;
}

/**
 * Takes the first server that works; with data on disk, the first whose major version made that data.
 * Throws one sentence that says what was looked for and what to do.
 */
export async function chooseServer(
  product: string,
  sources: readonly ServerSource[],
  recordedMajor: string | undefined,
  dataDir: string,
  log: Log,
): Promise<ServerBinary> {
  const others: ServerBinary[] = [];
  const reasons: string[] = [];
  for (const source of sources) {
    try {
      const found = await source();
      if (!found) continue;
      if (!recordedMajor || found.major === recordedMajor) return found;
      if (!others.some((other) => other.path === found.path)) others.push(found);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      reasons.push(reason);
      log(reason);
    }
  }
  if (recordedMajor && others.length > 0) {
    const seen = others.map((o) => `${o.version} from ${o.origin}`).join(', ');
    throw new Error(
      `The data in ${dataDir} was made by ${product} ${recordedMajor}, and only ${product} ${seen} was found: ` +
        `put ${product} ${recordedMajor} on the PATH, or start with another DATA_DIR.`,
    );
  }
  throw new Error(
    `No ${product} server was found or could be fetched: install it so that it is on the PATH, or set its URL ` +
      `(POSTGRES_URL, MONGODB_URL, REDIS_URL)${reasons.length > 0 ? `. Tried: ${reasons.join('; ')}` : '.'}`,
  );
}
