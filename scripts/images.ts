import { readFileSync } from 'node:fs';
import { runCommand, UsageError } from '@bramble/service-kit/base/command-line';
import { buildAll } from './build/build-all';
import { buildImage } from './images/build';
import { bundleJobs } from './images/bundle-jobs';
import { imageNames } from './images/context';
import { imagesCommand } from './images/options';

const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
await runCommand(
  imagesCommand(version, async (options) => {
    const known = imageNames();
    const unknown = options.only.filter((name) => !known.includes(name));
    if (unknown.length > 0)
      throw new UsageError(`there is no image ${unknown.join(', ')}; there are ${known.join(', ')}`);
    await buildAll((line) => console.log(line));
    await bundleJobs();
    const names = options.only.length > 0 ? options.only : known;
    for (const name of names) console.log(await buildImage(name, options));
  }),
);
