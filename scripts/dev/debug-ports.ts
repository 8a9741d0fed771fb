import { serviceNames } from '@bramble/contracts/services';

const FIRST = 9230;

/** Where the debugger of each service listens in `npm run dev`; .vscode/launch.json attaches to the same ports. */
export const debugPorts: Readonly<Record<string, number>> = Object.fromEntries(
  serviceNames.map((name, index) => [name, FIRST + index]),
);
