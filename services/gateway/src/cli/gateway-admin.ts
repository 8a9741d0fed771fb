import { createCommand } from '@bramble/service-kit/base/command-line';
import { addDeadCommands } from './dead-commands';

/** The commands of `bramble-admin` that ask several services. */
export function createGatewayAdmin(print?: (text: string) => void) {
  const about = {
    does: "The operator's commands that ask several services.",
    example: 'bramble-admin dead list',
  };
  const program = createCommand('bramble-admin', about, print);
  addDeadCommands(program);
  return program;
}
