// Adds what npm leaves out of the lockfile: optional packages for other platforms that the registry in use did not
// serve. Without these entries `npm ci` calls the lockfile out of sync, although it would never install them here.
// Run after a change of dependencies. It reads its words with Node's own parser, since `npm ci` may still refuse.
import { readFileSync, writeFileSync } from 'node:fs';
import { readWords } from './words.mjs';

const HELP = `Usage: node scripts/complete-lockfile.mjs [--check]

Adds to package-lock.json what npm leaves out: optional packages for other platforms.

  --check   write nothing; end with 1 when something is missing
  --help    this text

Example: npm install --package-lock-only && node scripts/complete-lockfile.mjs`;

const options = readWords('complete-lockfile', HELP, { check: { type: 'boolean' } });
if (options === undefined) process.exit(0);

const FILE = new URL('../package-lock.json', import.meta.url);
const OS = [
  'darwin',
  'linux',
  'win32',
  'android',
  'freebsd',
  'openharmony',
  'netbsd',
  'openbsd',
  'sunos',
  'aix',
];
const CPU = ['x64', 'arm64', 'arm', 'ia32', 'ppc64', 's390x', 'riscv64', 'loong64', 'wasm32', 'mips64el'];

const lock = JSON.parse(readFileSync(FILE, 'utf8'));
const { packages } = lock;

/** Where Node.js would look for a dependency of the package at this path, nearest first. */
function placesOf(path, name) {
  const places = [`${path}/node_modules/${name}`];
  for (let at = path.lastIndexOf('node_modules/'); at > 0; at = path.lastIndexOf('node_modules/', at - 1)) {
    places.push(`${path.slice(0, at)}node_modules/${name}`);
  }
  return [...places, `node_modules/${name}`];
}

/** The platform is in the name: @swc/core-linux-arm-gnueabihf. */
function platformOf(name) {
  const words = name.split('/').pop().split('-');
  const os = OS.find((word) => words.includes(word));
  const cpu = CPU.find((word) => words.includes(word));
  const libc = words.includes('musl') ? 'musl' : words.includes('gnu') ? 'glibc' : undefined;
  return {
    ...(cpu && { cpu: [cpu] }),
    ...(os === 'linux' && libc && { libc: [libc] }),
    ...(os && { os: [os] }),
  };
}

const missing = {};
for (const [path, entry] of Object.entries(packages)) {
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    if (placesOf(path, name).some((place) => packages[place])) continue;
    const platform = platformOf(name);
    if (!/^\d/.test(version) || !(platform.os || platform.cpu)) continue;
    const place = missing[`node_modules/${name}`] ? `${path}/node_modules/${name}` : `node_modules/${name}`;
    missing[place] = { version, ...platform, optional: true, ...(entry.dev && { dev: true }) };
  }
}
const names = Object.keys(missing);
if (options.check) {
  if (names.length > 0) {
    console.error(
      `package-lock.json lacks ${names.length} optional packages: run node scripts/complete-lockfile.mjs`,
    );
    process.exitCode = 1;
  }
} else if (names.length > 0) {
  Object.assign(packages, missing);
  lock.packages = Object.fromEntries(Object.entries(packages).sort(([a], [b]) => (a < b ? -1 : 1)));
  writeFileSync(FILE, `${JSON.stringify(lock, null, 2)}\n`);
  console.log(`added ${names.length} optional packages of other platforms`);
}
