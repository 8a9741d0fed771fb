// npm test: everything a change must pass, from a fresh clone too. Arguments go to jest.
import { spawnSync } from 'node:child_process';
import { ensureInstalled } from './install.mjs';

process.chdir(new URL('..', import.meta.url).pathname);
await ensureInstalled();

const node = (...args) => {
  const { status } = spawnSync(process.execPath, args, { stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
};
// The end-to-end tests start the shop from its bundles, and the others need the database clients.
node('--import', 'tsx', 'scripts/build.ts');
node('node_modules/jest/bin/jest.js', ...process.argv.slice(2));
