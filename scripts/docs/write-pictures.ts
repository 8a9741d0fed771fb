import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { root } from '../workspace';
import { pictureFaults } from './faults';
import { drawPictures } from './pictures';

/** Draws the pictures of docs/architecture.md into docs/images, and prints what is wrong; `check` writes nothing. */
export async function writePictures({ check }: { check: boolean }): Promise<void> {
  const docs = path.join(root, 'docs');
  const pictures = await drawPictures();
  for (const [name, svg] of check ? [] : pictures) {
    const file = path.join(docs, 'images', name);
    if (existsSync(file) && readFileSync(file, 'utf8') === svg) continue;
    writeFileSync(file, svg);
    console.log(`drew docs/images/${name}`);
  }
  const faults = pictureFaults(pictures, docs);
  for (const fault of faults) console.error(fault);
  if (faults.length > 0) process.exitCode = 1;
}
