import { createCommand, runCommand } from '@bramble/service-kit/base/command-line';
import { writePictures } from './docs/write-pictures';

const program = createCommand('npm run docs --', {
  does: 'Draws the pictures of docs/architecture.md from the code, into docs/images.',
  example: 'npm run docs -- --check',
})
  .option('--check', 'write nothing; end with 1 when a picture is not what the code says', false)
  .action(() => writePictures(program.opts<{ check: boolean }>()));

await runCommand(program);
