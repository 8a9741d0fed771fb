// npm run test:security [-- --short] [arguments of jest]: every attack of the plan, and a table of what was tried.
import { spawnSync } from 'node:child_process';
import path from 'node:path';

process.chdir(path.join(import.meta.dirname, '../..'));
const given = process.argv.slice(2);
const args = given.filter((arg) => arg !== '--short');
const { status } = spawnSync(
  process.execPath,
  ['node_modules/jest/bin/jest.js', '-c', 'tests/security/jest.config.mjs', ...args],
  {
    stdio: 'inherit',
    env: { ...process.env, ...(args.length < given.length ? { SECURITY_SHORT: '1' } : {}) },
  },
);
process.exitCode = status ?? 1;
