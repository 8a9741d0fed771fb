import path from 'node:path';
import { buildAll } from '../../scripts/build/build-all';
import { bundleJobs } from '../../scripts/images/bundle-jobs';
import { layOut } from '../../scripts/images/context';

/** Builds, and lays out each service as its arm64 image holds it. Answers the folder of each. */
export async function layOutServices(names: readonly string[], say: (line: string) => void) {
  await buildAll(say);
  await bundleJobs();
  const folders = new Map<string, string>();
  for (const name of names) folders.set(name, path.join(await layOut(name, 'arm64'), 'app'));
  return folders;
}
