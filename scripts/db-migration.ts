// npm run db:migration -- SERVICE NAME: writes the next migration of a service's PostgreSQL database.
import path from 'node:path';
import { createCommand, runCommand, UsageError } from '@bramble/service-kit/base/command-line';
import { newMigration } from './database/new-migration';
import { withOwnPostgres } from './database/own-postgres';
import { postgresServices, root, schemaOf } from './workspace';

const HELP = `
Change services/SERVICE/prisma/schema.prisma first. The command then applies the service's migrations to an empty
database, compares it with the schema, and writes the difference to
services/SERVICE/prisma/migrations/<timestamp>_NAME/migration.sql. It writes nothing when there is none.

Read what it wrote. Add to it by hand what Prisma has no words for (a CHECK, a partial index, a trigger), and
name that in scripts/database/schema.int.test.ts, which compares the two from then on.

  POSTGRES_URL   a server to use instead of one of its own; the role must be allowed to make databases`;

async function run(service: string, name: string): Promise<void> {
  const services = postgresServices();
  if (!services.includes(service))
    throw new UsageError(
      `there is no PostgreSQL database of "${service}"; there are those of ${services.join(', ')}`,
    );
  const prismaDir = path.dirname(schemaOf(service));
  const write = (adminUrl: string) => newMigration({ prismaDir, name, adminUrl, now: new Date() });
  const given = process.env['POSTGRES_URL'];
  const made = await (given ? write(given) : withOwnPostgres(() => undefined, write));
  if (!made) {
    console.log(`The migrations of ${service} give what schema.prisma says: there is nothing to write.`);
    return;
  }
  console.log(`${made.sql.trim()}\n\nwritten to ${path.relative(root, made.file)}`);
  for (const warning of made.warnings) console.log(`Careful: ${warning}`);
}

const program = createCommand('npm run db:migration --', {
  does: "Writes the next migration of a service's PostgreSQL database.",
  example: 'npm run db:migration -- orders add_gift_note',
})
  .argument('<SERVICE>', postgresServices().join(', '))
  .argument('<NAME>', 'what it does, as in add_gift_note')
  .addHelpText('after', HELP)
  .action(run);
await runCommand(program);
