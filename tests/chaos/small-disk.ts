import { execFile } from 'node:child_process';
import { chmodSync, chownSync, closeSync, mkdirSync, openSync, rmSync, statSync, writeSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';

const exec = promisify(execFile);
const SIZE = '192m';
const DATABASES = ['orders', 'payments'];

/** A small file system of its own for the tables of orders and payments. PostgreSQL's log of changes is elsewhere. */
export interface SmallDisk {
  /** Fills the disk completely. Throws when the disk could not be made. */
  fill(): void;
  free(): void;
  /** After PostgreSQL has ended. */
  remove(): Promise<void>;
}

/** Needs the right to mount. Without it `fill` throws, and everything else works as usual. */
export async function putTablesOnSmallDisk(dataDir: string, adminUrl: string): Promise<SmallDisk> {
  const folder = path.join(dataDir, 'small-disk');
  const ballast = path.join(folder, 'ballast');
  mkdirSync(folder);
  try {
    await exec('mount', ['-t', 'tmpfs', '-o', `size=${SIZE}`, 'bramble-chaos', folder]);
  } catch (error) {
    const why = `a full disk needs the right to mount: ${error instanceof Error ? error.message : String(error)}`;
    return {
      fill() {
        throw new Error(why);
      },
      free: () => undefined,
      remove: () => Promise.resolve(),
    };
  }
  // Another account may run the server.
  chmodSync(dataDir, 0o711);
  const tables = path.join(folder, 'tables');
  mkdirSync(tables, { mode: 0o700 });
  const { uid, gid } = statSync(path.join(dataDir, 'postgres'));
  chownSync(tables, uid, gid);
  const admin = new pg.Client({ connectionString: adminUrl });
  await admin.connect();
  try {
    await admin.query(`CREATE TABLESPACE small LOCATION '${tables}'`);
    for (const name of DATABASES) await admin.query(`ALTER DATABASE "${name}" SET TABLESPACE small`);
  } finally {
    await admin.end();
  }
  return {
    fill() {
      const file = openSync(ballast, 'w');
      try {
        for (let size = 1024 * 1024; size >= 1;)
          try {
            writeSync(file, Buffer.alloc(size));
          } catch {
            size = Math.floor(size / 2);
          }
      } finally {
        closeSync(file);
      }
    },
    free: () => rmSync(ballast, { force: true }),
    remove: async () => void (await exec('umount', [folder])),
  };
}
