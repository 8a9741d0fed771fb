// npm test: everything a change must pass, from a fresh clone too. It installs the dependencies, so it has none, and its
// arguments are jest's: jest refuses the options that it does not know.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { ensureInstalled } from './install.mjs';

const HELP = `Usage: npm test [-- ARGUMENTS OF JEST]

Builds what the tests need, then runs the unit, the integration and the end-to-end tests.

Example: npm test -- services/orders/src/life`;

const wanted = process.argv.slice(2);
if (wanted.some((word) => word === '--help' || word === '-h')) {
  console.log(HELP);
  process.exit(0);
}

process.chdir(fileURLToPath(new URL('..', import.meta.url)));
await ensureInstalled();

const node = (...args) => spawnSync(process.execPath, args, { stdio: 'inherit' }).status ?? 1;
const jest = (...args) => node('node_modules/jest/bin/jest.js', ...args);

// The end-to-end tests start the shop from its bundles, and the others need the database clients.
const built = node('--import', 'tsx', 'scripts/build.ts');
if (built !== 0) process.exit(built);
if (wanted.length > 0) process.exit(jest(...wanted));
// One whole shop at a time: several would take the cores from each other, and time is part of what is tested.
const parts = [
  jest('--selectProjects', 'unit', 'integration'),
  jest('--runInBand', '--selectProjects', 'e2e'),
];
process.exit(Math.max(...parts));
