import { createCommand, runCommand } from '@bramble/service-kit/base/command-line';
import { writeContractRoutes } from './build/contract-routes';
import { generateClients } from './build/generate';

const log = (line: string) => console.log(line);
const program = createCommand('npm run generate --', {
  does: "Writes what is made from the contracts and from the databases' schemas.",
  example: 'npm run generate -- --check',
})
  .option('--check', 'compare the files that are committed instead of writing them', false)
  .action(async () => {
    await writeContractRoutes(log, program.opts<{ check: boolean }>());
    await generateClients(log);
  });
await runCommand(program);
