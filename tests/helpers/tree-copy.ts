import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { root } from '../../scripts/workspace';
import { copyClone } from './copied-clone';

/** A copy of the clone that a test may change. */
export interface TreeCopy {
  folder: string;
  remove(): void;
}

/** Copies the clone as `copyClone` does, and the generated database clients. */
export function copyTree(): TreeCopy {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'bramble-copy-'));
  copyClone(folder);
  for (const name of readdirSync(path.join(root, 'services'))) {
    const generated = path.join('services', name, 'src', 'generated');
    if (existsSync(path.join(root, generated)))
      cpSync(path.join(root, generated), path.join(folder, generated), { recursive: true });
  }
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
