// npm run db:migration -- SERVICE NAME: writes the next migration of a service's PostgreSQL database.
import path from 'node:path';
import { Command } from 'commander';
import { newMigration } from './database/new-migration';
import { withOwnPostgres } from './database/own-postgres';
import { postgresServices, root, schemaOf } from './workspace';

const HELP = `
Change services/SERVICE/prisma/schema.prisma first. The command then applies the service's migrations to an empty
database, compares it with the schema, and writes the difference to
services/SERVICE/prisma/migrations/<timestamp>_NAME/migration.sql. It writes nothing when there is none.

Read what it wrote. Add to it by hand what Prisma has no words for (a CHECK, a partial index, a trigger), and
name that in scripts/database/schema.int.test.ts, which compares the two from then on.

  POSTGRES_URL   a server to use instead of one of its own; the role must be allowed to make databases

Example: npm run db:migration -- orders add_gift_note`;

async function run(service: string, name: string): Promise<void> {
  const services = postgresServices();
  if (!services.includes(service))
    throw new Error(
      `There is no PostgreSQL database of "${service}"; there are those of ${services.join(', ')}.`,
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

const program = new Command('npm run db:migration --')
  .description("Writes the next migration of a service's PostgreSQL database.")
  .argument('<SERVICE>', postgresServices().join(', '))
  .argument('<NAME>', 'what it does, as in add_gift_note')
  .addHelpText('after', HELP)
  .showHelpAfterError('--help explains the command')
  .action(run);

try {
  await program.parseAsync();
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
