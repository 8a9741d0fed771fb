// npm run test:security: every attack of the plan, and a table of what was tried.
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { createCommand, runCommand } from '@bramble/service-kit/base/command-line';

const program = createCommand('npm run test:security --', {
  does: 'Attacks a shop that it starts itself, and prints a table of what was tried.',
  example: 'npm run test:security -- --short',
})
  .option('--short', 'fewer attempts of each attack', false)
  .argument('[jest...]', 'after another "--": arguments for jest')
  .action(() => {
    const { short } = program.opts<{ short: boolean }>();
    const { status } = spawnSync(
      process.execPath,
      ['node_modules/jest/bin/jest.js', '-c', 'tests/security/jest.config.mjs', ...program.args],
      {
        cwd: path.join(import.meta.dirname, '../..'),
        stdio: 'inherit',
        env: { ...process.env, ...(short ? { SECURITY_SHORT: '1' } : {}) },
      },
    );
    process.exitCode = status ?? 1;
  });
await runCommand(program);
