import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type BuildContext, type BuildResult, context, formatMessages, type Plugin } from 'esbuild';
import { addFiles, entryPoints, esbuildOptions } from '../build/bundle';
import type { Log } from '../stores/types';
import { root } from '../workspace';

/** Apart from what `npm start` runs, so that neither exchanges the files of the other. */
export const devBundles = path.join(root, 'dist', 'dev');

export interface BundleWatch {
  close(): Promise<void>;
}

/**
 * Bundles the services and goes on watching their files, the shared ones included. `onChange` is called for a service
 * whose bundle became another one, not for one that only shares a file with it. A build that fails is logged, and the
 * bundle stays what it was. Throws when the first build of a service fails.
 */
export async function watchBundles(
  names: readonly string[],
  { log, onChange }: { log: Log; onChange: (name: string) => void },
): Promise<BundleWatch> {
  const watched = await Promise.allSettled(names.map((name) => watchService(name, log, onChange)));
  const contexts = watched.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  const close = async (): Promise<void> => {
    await Promise.all(contexts.map((each) => each.dispose()));
  };
  const failed = watched.find((result) => result.status === 'rejected');
  if (failed) {
    await close();
    throw failed.reason;
  }
  return { close };
}

async function watchService(name: string, log: Log, onChange: (name: string) => void): Promise<BuildContext> {
  const out = path.join(devBundles, name);
  await rm(out, { recursive: true, force: true });
  await mkdir(out, { recursive: true });
  await addFiles(name, out);

  let current: string | undefined;
  async function keep(result: BuildResult<{ write: false }>): Promise<string> {
    if (result.errors.length > 0) {
      const messages = await formatMessages(result.errors, { kind: 'error', color: process.stdout.isTTY });
      return `${name} does not build:\n${messages.join('').trimEnd()}`;
    }
    for (const file of result.outputFiles) await writeFile(file.path, file.contents);
    const main = result.outputFiles.find((file) => path.basename(file.path) === 'main.mjs')?.hash;
    if (current !== undefined && current !== main) onChange(name);
    current = main;
    return '';
  }

  let endFirst: ((fault: string) => void) | undefined;
  const first = new Promise<string>((resolve) => (endFirst = resolve));
  const report: Plugin = {
    name: 'bramble-report',
    setup: (build) =>
      build.onEnd(async (result) => {
        const fault = await keep(result as BuildResult<{ write: false }>);
        if (endFirst) endFirst(fault);
        else if (fault) log(fault);
        endFirst = undefined;
      }),
  };
  const made = await context({
    ...esbuildOptions(entryPoints(name), out, { split: true }),
    write: false,
    logLevel: 'silent',
    plugins: [report],
  });
  await made.watch();
  const fault = await first;
  if (fault) {
    await made.dispose();
    throw new Error(fault);
  }
  return made;
}
