// npm run test:cluster: the groups of cluster.spec.ts on a real cluster.
import { createCommand, runCommand } from '@bramble/service-kit/base/command-line';
import { runJest } from '../helpers/run-jest';
import { isGiven } from './cluster';
import { findLocalCluster } from './local-cluster';

const program = createCommand('npm run test:cluster --', {
  does: 'Installs the chart on a real cluster and buys there: the groups of cluster.spec.ts. The shop is always installed first. A cluster that was not up before is gone afterwards, unless KEEP_CLUSTER=1.',
  example: 'npm run test:cluster -- --only install',
})
  .option('--only <groups>', 'only these groups, with commas between them')
  .argument('[jest...]', 'after another "--": arguments for jest')
  .action(() => testGroups(program.opts<{ only?: string }>(), program.args));

async function testGroups({ only }: { only?: string }, jestArguments: readonly string[]): Promise<void> {
  const groups = only?.split(',') ?? [];
  const pattern = groups.length > 0 ? ['-t', `^(?:install|${groups.join('|')}) `] : [];
  const local = isGiven() ? undefined : findLocalCluster();
  const wasUp = local?.isUp() ?? true;
  process.exitCode = await runJest('tests/cluster/jest.config.mjs', [
    '--runInBand',
    ...pattern,
    ...jestArguments,
  ]);
  if (local !== undefined && !wasUp && process.env['KEEP_CLUSTER'] !== '1') await local.down();
}

await runCommand(program);
