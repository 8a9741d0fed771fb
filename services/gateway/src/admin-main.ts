import { runCommand } from '@bramble/service-kit/base/command-line';
import { createGatewayAdmin } from './cli/gateway-admin';

await runCommand(createGatewayAdmin());
