// npm run new-service -- NAME: makes a service that runs, with everything that a service has.
import { spawnSync } from 'node:child_process';
import { serviceNames, servicePorts } from '@bramble/contracts/services';
import { createCommand, runCommand, UsageError } from '@bramble/service-kit/base/command-line';
import { debugPortAt } from './dev/debug-ports';
import { addToDeployments, addToDocuments, addToTools } from './new-service/more-places';
import { nameFault, nextPort } from './new-service/names';
import { addToChart, addToContracts } from './new-service/places';
import { createPlan } from './new-service/plan';
import { templateFiles } from './new-service/template';
import { FINISHING, isUnfinished, MADE } from './new-service/unfinished';
import { root } from './workspace';

const DOES = `Makes a service that runs.

The service listens on the next free port, keeps one table in a PostgreSQL database of its own and answers two \
operations, GET and POST /api/NAME, which are an example to be replaced. The command writes its code and tests, its \
contract, its part of the chart, of compose.yaml and of skaffold.yaml, and its rows in the documents. After a run that \
failed at its end, the same command goes on.`;

function make(name: string, { owns, dryRun }: { owns: string; dryRun: boolean }): Promise<void> {
  if (isUnfinished(name)) return dryRun ? show([]) : goOn(name);
  const fault = nameFault(name);
  if (fault !== undefined) throw new UsageError(fault);
  const service = { name, owns, port: nextPort() };
  const plan = createPlan();
  for (const { file, text } of templateFiles(service)) plan.add(file, text);
  addToContracts(plan, service);
  addToChart(plan, service);
  addToDeployments(plan, service);
  addToDocuments(plan, service);
  addToTools(plan, service, debugPortAt(serviceNames.length));
  return dryRun ? show(plan.lines()) : write(plan, service);
}

function show(lines: readonly string[]): Promise<void> {
  console.log(lines.join('\n'));
  for (const command of MADE) console.log(`then    npm run ${command.join(' ')}`);
  return Promise.resolve();
}

async function write(
  plan: ReturnType<typeof createPlan>,
  { name, port }: { name: string; port: number },
): Promise<void> {
  await plan.write();
  console.log(plan.lines().join('\n'));
  finish(name, port);
}

/** Makes what an earlier run did not come to. Its files are there, so the contracts know the port. */
function goOn(name: string): Promise<void> {
  console.log(`The files of ${name} are written already.`);
  finish(name, (servicePorts as Readonly<Record<string, number>>)[name]);
  return Promise.resolve();
}

function finish(name: string, port: number | undefined): void {
  for (const command of MADE) {
    console.log(`npm run ${command.join(' ')}`);
    const { status } = spawnSync('npm', ['run', '--silent', ...command], { cwd: root, stdio: 'inherit' });
    if (status !== 0)
      throw new Error(
        `npm run ${command.join(' ')} failed, and the files of ${name} stay. Once the cause is gone, the same command goes on, and so does "${FINISHING}".`,
      );
  }
  console.log(`
${name} is there, on port ${port}. What to do next:
  npm install                     links the new package
  npm run check                   passes as it is
  npm run dev                     runs it: http://127.0.0.1:8000/api/${name}
  services/shared/contracts/src/${name}.ts     put your operations in the place of the example
  services/${name}/prisma/schema.prisma        your tables; npm run db:migration -- ${name} NAME writes the migration
  CHANGELOG.md                    a line under "Pending"`);
}

const program = createCommand('npm run new-service --', {
  does: DOES,
  example: 'npm run new-service -- reviews --owns "what buyers say of products"',
})
  .argument('<NAME>', 'one word of lower-case letters and digits')
  .option('--owns <WORDS>', 'what it owns, for the map of the services', 'notes, as an example')
  .option('--dry-run', 'print what would be written, and write nothing', false)
  .action(make);

await runCommand(program);
