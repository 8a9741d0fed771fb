import { createCommand, runCommand } from '@bramble/service-kit/base/command-line';

await runCommand(
  createCommand('npm run test:arm64 --', {
    does: 'Starts every bundle on an emulated arm64 processor, and sells something there.',
    example: 'npm run test:arm64',
  }).action(async () => {
    // Loading it prepares folders and asks for the engine, which help must not do.
    const { run } = await import('./run');
    await run();
  }),
);
