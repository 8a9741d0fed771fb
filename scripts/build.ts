import { createCommand, runCommand } from '@bramble/service-kit/base/command-line';
import { buildAll } from './build/build-all';

await runCommand(
  createCommand('npm run build --', {
    does: 'Bundles every service and the storefront into dist/, those whose sources changed.',
    example: 'npm run build',
  }).action(() => buildAll((line) => console.log(line))),
);
