import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { root } from '../workspace';

/** The commands that finish a new service once its files are written, in this order. Each command may run again at any time. */
export const MADE = [['generate'], ['openapi']] as const;

/** The command that finishes a service whose files are written. */
export const FINISHING = MADE.map((words) => `npm run ${words.join(' ')}`).join(' && ');

/**
 * True for a service whose files an earlier run wrote, while what is made from them is missing. The lockfile is the last
 * file that a run writes itself, and the OpenAPI document the last one that is made.
 */
export function isUnfinished(name: string, folder = root): boolean {
  const has = (file: string, text: string): boolean =>
    existsSync(path.join(folder, file)) && readFileSync(path.join(folder, file), 'utf8').includes(text);
  return (
    existsSync(path.join(folder, `services/${name}/src/note`)) &&
    has('package-lock.json', `"services/${name}"`) &&
    !has('docs/api/openapi.json', `"/api/${name}"`)
  );
}
