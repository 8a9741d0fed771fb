// npm run test:browser: the specs of this folder in a real Chromium.
import { createCommand, runCommand } from '@bramble/service-kit/base/command-line';
import { runJest } from '../helpers/run-jest';

const program = createCommand('npm run test:browser --', {
  does: 'Starts a shop, buys there in a real Chromium, checks the accessibility of the pages, and takes the pictures of the README. Needs a Chromium (CHROMIUM names one).',
  example: 'npm run test:browser -- tests/browser/buy.spec.ts',
})
  .argument('[jest...]', 'spec files; after another "--": options for jest')
  .action(async () => {
    process.exitCode = await runJest('tests/browser/jest.config.mjs', program.args);
  });
await runCommand(program);
