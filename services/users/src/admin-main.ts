import { runUsersAdmin } from './cli/users-admin';
import { loadUsersConfig } from './config';

runUsersAdmin({ ...loadUsersConfig(), LOG_LEVEL: 'silent' }, process.argv.slice(2)).then(
  (line) => process.stdout.write(`${line}\n`),
  (error: unknown) => {
    process.stderr.write(`bramble-admin: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  },
);
