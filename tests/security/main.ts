// npm run test:security: every attack of the plan, and a table of what was tried.
import { createCommand, runCommand } from '@bramble/service-kit/base/command-line';
import { runJest } from '../helpers/run-jest';

const program = createCommand('npm run test:security --', {
  does: 'Attacks a shop that it starts itself, and prints a table of what was tried.',
  example: 'npm run test:security -- --short',
})
  .option('--short', 'fewer attempts of each attack', false)
  .argument('[jest...]', 'spec files; after another "--": options for jest')
  .action(async () => {
    const { short } = program.opts<{ short: boolean }>();
    process.exitCode = await runJest(
      'tests/security/jest.config.mjs',
      program.args,
      short ? { SECURITY_SHORT: '1' } : {},
    );
  });
await runCommand(program);
