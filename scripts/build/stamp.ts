import { createHash } from 'node:crypto';
import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { root } from '../workspace';

const IGNORED = new Set(['node_modules', 'dist', 'generated', 'art', 'test', '.git']);

/** A hash over the contents of files and folders (relative to the root), and any other text that matters. */
export function hashOf(inputs: readonly string[], ...more: readonly string[]): string {
  const hash = createHash('sha256');
  for (const text of more) hash.update(text).update('\0');
  const add = (file: string): void => {
    const stat = lstatSync(file, { throwIfNoEntry: false });
    if (!stat) return;
    if (stat.isDirectory()) {
      for (const name of readdirSync(file).sort()) {
        if (!IGNORED.has(name) && !name.endsWith('.test.ts')) add(path.join(file, name));
      }
    } else if (stat.isFile()) {
      hash.update(path.relative(root, file)).update('\0').update(readFileSync(file)).update('\0');
    }
  };
  for (const input of inputs) add(path.join(root, input));
  return hash.digest('hex');
}

/** Does the work unless `<dir>/.stamp` says that it was done with the same inputs. True when it did. */
export async function onceFor(hash: string, dir: string, work: () => Promise<void>): Promise<boolean> {
  const stamp = path.join(dir, '.stamp');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === hash) return false;
  await work();
  mkdirSync(dir, { recursive: true });
  writeFileSync(stamp, hash);
  return true;
}
