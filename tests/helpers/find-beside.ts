import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { root } from '../../scripts/workspace';

/**
 * A tool of the folder `shared`, which stands beside the checkout: `variable` names it outright, else it is looked for
 * beside the clone, above it, and beside the local clone that this one was made from. Undefined when there is none.
 */
export function findBeside(tool: string, variable: string): string | undefined {
  const given = process.env[variable];
  if (given) return existsSync(given) ? path.resolve(given) : undefined;
  const places = [root, originOf(root)].filter((place) => place !== undefined).flatMap(foldersAbove);
  return places.map((folder) => path.join(folder, 'shared', tool)).find((file) => existsSync(file));
}

function foldersAbove(folder: string): string[] {
  const above = path.dirname(folder);
  return above === folder ? [] : [above, ...foldersAbove(above)];
}

function originOf(clone: string): string | undefined {
  const { stdout } = spawnSync('git', ['config', 'remote.origin.url'], { cwd: clone, encoding: 'utf8' });
  const origin = stdout.trim().replace(/^file:\/\//, '');
  return path.isAbsolute(origin) ? origin : undefined;
}
