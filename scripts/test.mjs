// npm test: everything a change must pass, from a fresh clone too. Arguments go to jest.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { ensureInstalled } from './install.mjs';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));
await ensureInstalled();

const node = (...args) => spawnSync(process.execPath, args, { stdio: 'inherit' }).status ?? 1;
const jest = (...args) => node('node_modules/jest/bin/jest.js', ...args);

// The end-to-end tests start the shop from its bundles, and the others need the database clients.
const built = node('--import', 'tsx', 'scripts/build.ts');
if (built !== 0) process.exit(built);
const wanted = process.argv.slice(2);
if (wanted.length > 0) process.exit(jest(...wanted));
// One whole shop at a time: several would take the cores from each other, and time is part of what is tested.
const parts = [
  jest('--selectProjects', 'unit', 'integration'),
  jest('--runInBand', '--selectProjects', 'e2e'),
];
process.exit(Math.max(...parts));
