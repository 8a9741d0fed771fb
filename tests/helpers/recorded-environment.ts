import { readFileSync } from 'node:fs';
import path from 'node:path';

/** The addresses and the token key that `npm start` gave the services of a running shop, as its data folder keeps them. */
export function recordedEnvironment(dataDir: string): Readonly<Record<string, string>> {
  const text = readFileSync(path.join(dataDir, 'environments.json'), 'utf8');
  const { gateway } = JSON.parse(text) as { gateway?: Record<string, string> };
  if (!gateway) throw new Error(`${dataDir} says nothing of a gateway`);
  return gateway;
}
