import { spawn } from 'node:child_process';
import {
  chownSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import pg from 'pg';
import { type Account, unprivilegedAccount } from './account';
import { postgresSources } from './find-postgres';
import { chooseServer, companion } from './find-server';
import { freePort } from './ports';
import { processId } from './process-id';
import type { RunningStore, StoreContext } from './store-context';
import { supervise } from './supervise';
import type { ServerBinary } from './types';
import { until } from './until';
import { readRecord, writeRecord } from './version-record';

// The variables that initdb and postgres inherit: none that names another server or data folder.
const ENVIRONMENT = { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' };
const DURABLE = ['fsync=on', 'synchronous_commit=on', 'max_connections=100'];
const EPHEMERAL = ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off', 'max_connections=200'];

/** Starts PostgreSQL on `<dataDir>/postgres`, making the cluster the first time. */
export async function startPostgres(context: StoreContext): Promise<RunningStore> {
  const { dataDir, log } = context;
  const folder = path.join(dataDir, 'postgres');
  const owner = existsSync(folder) ? statSync(folder).uid : undefined;
  const account = unprivilegedAccount(owner);
  const recorded = readRecord(dataDir, 'postgres');
  const made = existsSync(path.join(folder, 'PG_VERSION'));
  const major = made
    ? (recorded.major ?? readFileSync(path.join(folder, 'PG_VERSION'), 'utf8').trim())
    : undefined;
  const sources = postgresSources(context.cacheDir, account, log);
  const server = await chooseServer('PostgreSQL', sources, major, dataDir, log);
  log(`PostgreSQL ${server.version} from ${server.origin}${account ? `, run as ${account.name}` : ''}`);

  if (!made) await createCluster(server, folder, account, context.password);
  removeStaleLock(folder);
  const port = await freePort(recorded.port);
  const reach = reachable(folder, account);
  const settings = [
    ...[
      'listen_addresses=127.0.0.1',
      'unix_socket_directories=',
      `port=${port}`,
      'timezone=UTC',
      'log_timezone=UTC',
    ],
    ...['shared_buffers=128MB', 'jit=off', 'max_wal_size=1GB', 'wal_compression=on', 'log_checkpoints=off'],
    ...(context.ephemeral ? EPHEMERAL : DURABLE),
  ];
  const running = supervise({
    ...context,
    name: 'postgres',
    command: server.path,
    args: ['-D', reach.path, ...settings.flatMap((setting) => ['-c', setting])],
    options: { cwd: '/', env: ENVIRONMENT, ...identity(account) },
    ...(reach.passed ? { folder } : {}),
    stopSignal: 'SIGINT',
    stopGraceMs: 20_000,
  });
  context.track?.(running);
  const url = `postgresql://postgres:${context.password}@127.0.0.1:${port}/postgres`;
  await until(running, () => answers(url), 60_000).catch(async (error: unknown) => {
    await running.stop();
    throw error;
  });
  writeRecord(dataDir, 'postgres', server, port);
  return { url, processes: [running] };
}

function identity(account: Account | undefined): { uid?: number; gid?: number } {
  return account ? { uid: account.uid, gid: account.gid } : {};
}

/**
 * The folder as it is passed to the server. Another account may be unable to enter the folders above (a clone in
 * /root), so there it is opened by us and inherited as file descriptor 3, which needs no path at all.
 */
function reachable(folder: string, account: Account | undefined): { path: string; passed: boolean } {
  const passed = account !== undefined && process.platform === 'linux';
  return passed ? { path: '/proc/self/fd/3', passed } : { path: folder, passed };
}

async function createCluster(
  server: ServerBinary,
  folder: string,
  account: Account | undefined,
  password: string,
): Promise<void> {
  // A start that was killed left an incomplete cluster: initdb refuses a folder that is not empty.
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (account) chownSync(folder, account.uid, account.gid);
  const reach = reachable(folder, account);
  const initdb = companion(server.path, 'initdb');
  const passwordFile = `${folder}.password`;
  writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 });
  if (account) chownSync(passwordFile, account.uid, account.gid);
  const descriptors = reach.passed ? [openSync(folder, 'r'), openSync(passwordFile, 'r')] : [];
  const readable = reach.passed ? '/proc/self/fd/4' : passwordFile;
  const args = ['-D', reach.path, '-U', 'postgres', '--auth=scram-sha-256', `--pwfile=${readable}`];
  const child = spawn(initdb, [...args, '--locale=C', '--encoding=UTF8', '--no-sync'], {
    cwd: '/',
    env: ENVIRONMENT,
    ...identity(account),
    stdio: ['ignore', 'pipe', 'pipe', ...descriptors],
  });
  for (const fd of descriptors) closeSync(fd);
  let output = '';
  child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const code = await new Promise((resolve) => {
    child.on('error', (error) => resolve(error.message));
    child.on('close', resolve);
  });
  rmSync(passwordFile, { force: true });
  if (code === 0) return;
  rmSync(folder, { recursive: true, force: true });
  throw new Error(
    `initdb could not make the PostgreSQL cluster in ${folder} (${String(code)}): ${output.slice(-600)}`,
  );
}

/**
 * Removes PostgreSQL's lock file unless its process is a PostgreSQL. After a power cut the file stays, and its process id may
 * belong to another program, which PostgreSQL would take for a running server. The data folder's lock is held meanwhile.
 */
function removeStaleLock(folder: string): void {
  const file = path.join(folder, 'postmaster.pid');
  if (!existsSync(file)) return;
  const pid = Number(readFileSync(file, 'utf8').split('\n')[0]);
  if (processId(pid) && commandOf(pid).includes('postgres')) return;
  rmSync(file, { force: true });
}

function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').join(' ');
  } catch {
    // Without /proc the process cannot be checked, so PostgreSQL decides by its own lock file.
    return 'postgres';
  }
}

async function answers(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('SELECT 1');
  } finally {
    await client.end().catch(() => undefined);
  }
}
