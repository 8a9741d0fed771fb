// Installs the dependencies when node_modules is missing or was made from another lockfile.
import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const STAMP = 'node_modules/.bramble-lock';
/** Not in node_modules, which npm ci deletes. It names this process and its npm. */
const LOCK = 'dist/.install.lock';

/** Ends the process with one sentence when Node.js is too old or the installation fails. Works in the clone's root. */
export async function ensureInstalled() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    console.error(`Bramble needs Node.js 20.19 or newer; this is ${process.version}.`);
    process.exit(1);
  }
  const lock = createHash('sha256').update(readFileSync('package-lock.json')).digest('hex');
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === lock) return;
  // npm's own record says that all of it is there already: somebody ran npm by hand.
  if (matchesLock()) {
    writeFileSync(STAMP, lock);
    return;
  }
  const release = await alone();
  // Another installation may have ended meanwhile.
  if (matchesLock()) {
    writeFileSync(STAMP, lock);
    release();
    return;
  }
  console.log('[   0.0 s] installing dependencies with npm ci (a minute or two the first time)');
  const started = Date.now();
  const beat = setInterval(() => {
    console.log(`[${((Date.now() - started) / 1000).toFixed(1).padStart(6)} s] still installing`);
  }, 15_000);
  const code = await npm([
    'ci',
    '--prefer-offline',
    '--maxsockets=40',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
  ]);
  clearInterval(beat);
  release();
  if (code !== 0) {
    console.error(
      'npm ci failed: the lines above say why. Bramble needs the npm registry for its first start.',
    );
    process.exit(1);
  }
  writeFileSync(STAMP, lock);
}

/**
 * Waits until no other process installs into this clone, also one whose start was killed, and takes the lock. Answers what
 * releases it.
 */
async function alone() {
  mkdirSync(path.dirname(LOCK), { recursive: true });
  let said = false;
  for (;;) {
    try {
      writeFileSync(LOCK, JSON.stringify([identity(process.pid)]), { flag: 'wx' });
      return () => rmSync(LOCK, { force: true });
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    if (!heldByTheLiving()) {
      rmSync(LOCK, { force: true });
      continue;
    }
    if (!said) console.log('waiting for another npm ci in this clone');
    said = true;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

function heldByTheLiving() {
  try {
    const holders = JSON.parse(readFileSync(LOCK, 'utf8'));
    return holders.some((holder) => holder !== null && identity(holder.pid)?.startedAt === holder.startedAt);
  } catch {
    // It is being written, or was released.
    return existsSync(LOCK) && Date.now() - statSync(LOCK).mtimeMs < 2_000;
  }
}

/** Process ids are reused; a process id with its start time is not. Null when there is no such process. */
function identity(pid) {
  try {
    const startedAt = process.platform === 'linux' ? startOfLinux(pid) : startByPs(pid);
    return startedAt ? { pid, startedAt } : null;
  } catch {
    return null;
  }
}

/** The state is the third field of the file, the start time the 22nd; the name before them may hold spaces. */
function startOfLinux(pid) {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return ['Z', 'X'].includes(fields[0]) ? undefined : fields[19];
}

const startByPs = (pid) =>
  execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  }).trim();

function matchesLock() {
  try {
    const packages = (file) => JSON.parse(readFileSync(file, 'utf8')).packages;
    const wanted = packages('package-lock.json');
    const installed = packages('node_modules/.package-lock.json');
    return Object.entries(wanted).every(
      ([path, { version, optional, link }]) =>
        !path.startsWith('node_modules/') ||
        optional ||
        (link ? existsSync(path) : installed[path]?.version === version),
    );
  } catch {
    return false;
  }
}

function npm(args) {
  return new Promise((resolve) => {
    const child = spawn('npm', args, {
      stdio: ['ignore', 'inherit', 'inherit'],
      shell: process.platform === 'win32',
    });
    // npm goes on when this process is killed: the next start has to wait for it.
    if (child.pid !== undefined)
      writeFileSync(LOCK, JSON.stringify([identity(process.pid), identity(child.pid)]));
    for (const signal of ['SIGINT', 'SIGTERM']) {
      process.once(signal, () => {
        child.kill(signal);
        child.once('exit', () => process.exit(130));
      });
    }
    child.on('error', () => resolve(1));
    child.on('exit', (code) => {
      process.removeAllListeners('SIGINT');
      process.removeAllListeners('SIGTERM');
      resolve(code ?? 1);
    });
  });
}
