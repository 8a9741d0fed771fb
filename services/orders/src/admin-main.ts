import { runCommand } from '@bramble/service-kit/base/command-line';
import { createOrdersAdmin } from './cli/orders-admin';

await runCommand(createOrdersAdmin());
