import { runCommand } from '@bramble/service-kit/base/command-line';
import { createUsersAdmin } from './cli/users-admin';

await runCommand(createUsersAdmin());
