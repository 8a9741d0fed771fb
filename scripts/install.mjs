// Installs the dependencies when node_modules is missing or was made from another lockfile.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';

const STAMP = 'node_modules/.bramble-lock';

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
  if (code !== 0) {
    console.error(
      'npm ci failed: the lines above say why. Bramble needs the npm registry for its first start.',
    );
    process.exit(1);
  }
  writeFileSync(STAMP, lock);
}

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
