/** Where the debugger of each service listens in `npm run dev`; .vscode/launch.json attaches to the same ports. */
export const debugPorts: Readonly<Record<string, number>> = {
  gateway: 9230,
  users: 9231,
  catalog: 9232,
  orders: 9233,
  payments: 9234,
  delivery: 9235,
};
