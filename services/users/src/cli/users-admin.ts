import { createCommand } from '@bramble/service-kit/base/command-line';
import { addKeyCommands } from './key-commands';
import { addUserCommands } from './user-commands';

/** The commands of `bramble-admin` that belong to users. */
export function createUsersAdmin(print?: (text: string) => void) {
  const about = {
    does: "The operator's commands that belong to users.",
    example: 'bramble-admin user grant you@example.com admin',
  };
  const program = createCommand('bramble-admin', about, print);
  addKeyCommands(program);
  addUserCommands(program);
  return program;
}
