import { createCommand, runCommand } from '@bramble/service-kit/base/command-line';
import { writeContractRoutes } from './build/contract-routes';
import { generateClients } from './build/generate';

const log = (line: string) => console.log(line);
const program = createCommand('npm run generate --', {
  does: "Writes what is made from the contracts and from the databases' schemas, and draws the pictures of docs/architecture.md.",
  example: 'npm run generate -- --check',
})
  .option('--check', 'compare the files that are committed instead of writing them', false)
  .action(async () => {
    const options = program.opts<{ check: boolean }>();
    await writeContractRoutes(log, options);
    await generateClients(log);
    // The pictures are drawn from the services' code, which imports the clients.
    const { writePictures } = await import('./docs/write-pictures');
    await writePictures(options);
  });
await runCommand(program);
