import { rmSync } from 'node:fs';

/** Stops the stores of the tests and removes their data. */
export default async function closeTestStores(): Promise<void> {
  const open = globalThis.brambleTestStores;
  if (!open) return;
  await open.stores.stop();
  rmSync(open.dataDir, { recursive: true, force: true });
}
