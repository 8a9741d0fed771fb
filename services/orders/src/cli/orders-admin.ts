import { createCommand } from '@bramble/service-kit/base/command-line';
import { addOrderCommands } from './order-commands';
import { addReportsCommands } from './reports-commands';

/** The commands of `bramble-admin` that belong to orders. */
export function createOrdersAdmin(print?: (text: string) => void) {
  const about = {
    does: "The operator's commands that belong to orders.",
    example: 'bramble-admin order explain BR-7K2M9Q4D',
  };
  const program = createCommand('bramble-admin', about, print);
  addOrderCommands(program);
  addReportsCommands(program);
  return program;
}
