import { existsSync, readdirSync } from 'node:fs';
import { cp, mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { bundle } from '../build/bundle';
import { hashOf, onceFor } from '../build/stamp';
import { withLock } from '../stores/data-lock';
import { postgresServices, root } from '../workspace';

/** Copied alone into the images of the services. */
const ALONE = 'wait';

/**
 * Bundles each Job of k8s-jobs into dist/k8s-jobs/<job>.mjs, with the code they share and the migrations of every service
 * beside them. Two calls at once take turns.
 */
export async function bundleJobs(): Promise<void> {
  await mkdir(path.join(root, 'dist'), { recursive: true });
  await withLock(path.join(root, 'dist', '.jobs.lock'), bundleWhenChanged);
}

async function bundleWhenChanged(): Promise<void> {
  const out = path.join(root, 'dist', 'k8s-jobs');
  const inputs = ['k8s-jobs/src', 'services/shared', 'package-lock.json', 'scripts'];
  const migrations = postgresServices().map((name) => `services/${name}/prisma/migrations`);
  await onceFor(hashOf([...inputs, ...migrations], process.version), out, async () => {
    await rm(out, { recursive: true, force: true });
    // Where an import of ours would stand in node_modules, so that packages are found from there.
    const entries = path.join(root, 'k8s-jobs', '.entries');
    await mkdir(entries, { recursive: true });
    try {
      const { [ALONE]: alone = '', ...others } = await writeEntries(entries);
      await bundle(others, out, { split: true });
      await bundle({ [ALONE]: alone }, out);
    } finally {
      await rm(entries, { recursive: true, force: true });
    }
    for (const name of postgresServices()) {
      const folder = path.join(root, 'services', name, 'prisma', 'migrations');
      if (existsSync(folder)) await cp(folder, path.join(out, 'migrations', name), { recursive: true });
    }
  });
}

/** A Job's file exports the Job under its name; a process is that Job, run. */
async function writeEntries(folder: string): Promise<Record<string, string>> {
  const files = readdirSync(path.join(root, 'k8s-jobs', 'src')).filter((file) => file.endsWith('.ts'));
  const entries: Record<string, string> = {};
  for (const name of files.map((file) => path.basename(file, '.ts'))) {
    const exported = name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
    const file = path.join(folder, `${name}.ts`);
    await writeFile(
      file,
      `import { runJob } from '../src/shared/job';\nimport { ${exported} } from '../src/${name}';\nvoid runJob(${exported});\n`,
    );
    entries[name] = file;
  }
  return entries;
}
