import { readFileSync } from 'node:fs';
import { buildAll } from './build/build-all';
import { buildImage } from './images/build';
import { bundleJobs } from './images/bundle-jobs';
import { imageNames } from './images/context';
import { readOptions, usage } from './images/options';

const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
try {
  const options = readOptions(process.argv.slice(2), version);
  await buildAll((line) => console.log(line));
  await bundleJobs();
  const names = options.only.length > 0 ? options.only : imageNames();
  for (const name of names) console.log(await buildImage(name, options));
} catch (error) {
  console.error(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
  process.exitCode = 1;
}
