import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createCommand, runCommand } from '@bramble/service-kit/base/command-line';
import { pictureFaults } from './docs/faults';
import { drawPictures } from './docs/pictures';
import { root } from './workspace';

const program = createCommand('npm run docs --', {
  does: 'Draws the pictures of docs/architecture.md from the code, into docs/images.',
  example: 'npm run docs -- --check',
})
  .option('--check', 'write nothing; end with 1 when a picture is not what the code says', false)
  .action(() => draw(program.opts<{ check: boolean }>()));

async function draw({ check }: { check: boolean }): Promise<void> {
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

await runCommand(program);
