// npm run test:chart: the specs of this folder, which need helm and three Go tools.
import { createCommand, runCommand } from '@bramble/service-kit/base/command-line';
import { runJest } from '../helpers/run-jest';

const program = createCommand('npm run test:chart --', {
  does: 'Lints and renders the chart, and asserts on every container. Needs helm and Go; the first run builds the tools that are missing.',
  example: 'npm run test:chart -- tests/chart/keys.spec.ts',
})
  .argument('[jest...]', 'spec files; after another "--": options for jest')
  .action(async () => {
    process.exitCode = await runJest('tests/chart/jest.config.mjs', program.args);
  });
await runCommand(program);
