import { serviceNames } from '@bramble/contracts/services';

const FIRST = 9230;

/** The port of the debugger of the service at this place of the list. */
export const debugPortAt = (index: number): number => FIRST + index;

/** Where the debugger of each service listens in `npm run dev`; .vscode/launch.json attaches to the same ports. */
export const debugPorts: Readonly<Record<string, number>> = Object.fromEntries(
  serviceNames.map((name, index) => [name, debugPortAt(index)]),
);
