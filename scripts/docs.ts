import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Command } from 'commander';
import { pictureFaults } from './docs/faults';
import { drawPictures } from './docs/pictures';
import { root } from './workspace';

const { check } = new Command('npm run docs --')
  .description('Draws the pictures of docs/architecture.md from the code, into docs/images.')
  .option('--check', 'write nothing; end with 1 when a picture is not what the code says', false)
  .showHelpAfterError('npm run docs -- --help lists what there is.')
  .parse()
  .opts<{ check: boolean }>();

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
