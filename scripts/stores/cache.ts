import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

/** The folder that keeps fetched servers between clones: `BRAMBLE_CACHE`, else `~/.cache/bramble`. */
export function defaultCacheDir(env: NodeJS.ProcessEnv = process.env): string {
  if (env['BRAMBLE_CACHE']) return path.resolve(env['BRAMBLE_CACHE']);
  return path.join(env['XDG_CACHE_HOME'] || path.join(os.homedir(), '.cache'), 'bramble');
}

/**
 * Makes `<cacheDir>/<name>` once: `fill` works in a folder beside it, which is renamed when complete. So an
 * interrupted download leaves nothing that looks finished, and two starts at once do not disturb each other.
 */
export async function installOnce(
  cacheDir: string,
  name: string,
  fill: (dir: string) => Promise<void>,
): Promise<string> {
  const target = path.join(cacheDir, name);
  if (existsSync(target)) return target;
  const draft = path.join(cacheDir, `.${name}.${process.pid}.${randomBytes(4).toString('hex')}`);
  await mkdir(draft, { recursive: true });
  try {
    await fill(draft);
    await rename(draft, target);
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    if (!existsSync(target)) throw error;
  }
  return target;
}
