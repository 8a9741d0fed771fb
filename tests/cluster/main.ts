/*
 * npm run test:cluster [-- --only GROUP[,GROUP]]: the groups of cluster.spec.ts; the shop is always installed first. A cluster
 * that was not up before is gone afterwards, unless KEEP_CLUSTER=1.
 */
import { spawn } from 'node:child_process';
import { parseArgs } from 'node:util';
import { isGiven } from './cluster';
import { findLocalCluster } from './local-cluster';

const { values, positionals } = parseArgs({
  options: { only: { type: 'string' } },
  allowPositionals: true,
});
const groups = values.only?.split(',') ?? [];
const pattern = groups.length > 0 ? ['-t', `^(?:install|${groups.join('|')}) `] : [];

const local = isGiven() ? undefined : findLocalCluster();
const wasUp = local?.isUp() ?? true;
const jest = spawn(
  process.execPath,
  [
    'node_modules/jest/bin/jest.js',
    '--config=tests/cluster/jest.config.mjs',
    '--runInBand',
    ...pattern,
    ...positionals,
  ],
  { stdio: 'inherit' },
);
// Ctrl-C reaches jest too; what it leaves is cleared away here.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => jest.kill('SIGTERM'));
jest.on('exit', (code) => {
  process.exitCode = code ?? 1;
  if (local !== undefined && !wasUp && process.env['KEEP_CLUSTER'] !== '1') void local.down();
});
