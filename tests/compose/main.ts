import { createCommand, runCommand } from '@bramble/service-kit/base/command-line';

await runCommand(
  createCommand('npm run test:compose --', {
    does: 'Builds images, starts the shop of compose.yaml on the Docker engine, and sells something there.',
    example: 'npm run test:compose',
  }).action(async () => {
    // Loading it prepares folders and asks for the engine, which help must not do.
    const { run } = await import('./run');
    await run();
  }),
);
