import { existsSync, readdirSync } from 'node:fs';
import { cp, mkdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { build, type BuildOptions } from 'esbuild';
import type { Log } from '../stores/types';
import { root } from '../workspace';
import { hashOf, onceFor } from './stamp';

// Packages with native code cannot be part of a bundle; they are found in node_modules.
export const NATIVE = ['argon2', 'sharp', 'pg-native'];
// Packages that were written for CommonJS call require() at run time.
const BANNER = [
  `import { createRequire as __createRequire } from 'node:module';`,
  `import { fileURLToPath as __fileURLToPath } from 'node:url';`,
  `import { dirname as __pathDirname } from 'node:path';`,
  `const require = __createRequire(import.meta.url);`,
  `const __filename = __fileURLToPath(import.meta.url);`,
  `const __dirname = __pathDirname(__filename);`,
].join('\n');

export interface BundleOptions {
  /**
   * Code that is shared or imported on demand gets files of its own, so that a process loads what it imports on demand
   * (the demo's data) only when it asks for it.
   */
  split?: boolean;
}

/**
 * How entry points (name → file, relative to the root) become `<outdir>/<name>.mjs`, which Node runs with nothing beside
 * it but native packages.
 */
export const esbuildOptions = (
  entries: Record<string, string>,
  outdir: string,
  { split = false }: BundleOptions = {},
) =>
  ({
    absWorkingDir: root,
    entryPoints: entries,
    outdir,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: split,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    sourcemap: true,
    sourcesContent: false,
    keepNames: true,
    banner: { js: BANNER },
    external: NATIVE,
    logLevel: 'error',
  }) satisfies BuildOptions;

/** Writes the bundles of the entry points into a folder. */
export async function bundle(
  entries: Record<string, string>,
  outdir: string,
  options: BundleOptions = {},
): Promise<void> {
  await build(esbuildOptions(entries, outdir, options));
}

/** Bundles one service into dist/<name>: main.mjs, one file for each `<x>-main.ts`, the files that they share, and its migrations. */
export async function bundleService(name: string, log: Log): Promise<void> {
  const out = path.join(root, 'dist', name);
  const source = `services/${name}`;
  const hash = hashOf([source, 'services/shared', 'package-lock.json', 'scripts/build'], process.version);
  await onceFor(hash, out, async () => {
    log(`bundling ${name}`);
    const draft = `${out}.draft`;
    await rm(draft, { recursive: true, force: true });
    await mkdir(draft, { recursive: true });
    await bundle(entryPoints(name), draft, { split: true });
    const migrations = path.join(root, source, 'prisma', 'migrations');
    if (existsSync(migrations)) await cp(migrations, path.join(draft, 'migrations'), { recursive: true });
    await addFiles(name, draft);
    await rm(out, { recursive: true, force: true });
    await rename(draft, out);
  });
}

/** Adds what a service finds beside its bundle when it runs. */
export async function addFiles(name: string, dir: string): Promise<void> {
  await linkNative(name, dir);
  if (name === 'gateway') await copySwagger(dir);
}

/** The page of the API's contract: two files of Swagger UI, each compressed once beside itself. */
async function copySwagger(dir: string): Promise<void> {
  const source = path.dirname(
    createRequire(path.join(root, 'services/gateway/')).resolve('swagger-ui-dist/package.json'),
  );
  const target = path.join(dir, 'swagger-ui');
  await mkdir(target);
  for (const file of ['swagger-ui-bundle.js', 'swagger-ui.css']) {
    const bytes = await readFile(path.join(source, file));
    await writeFile(path.join(target, file), bytes);
    await writeFile(path.join(target, `${file}.br`), brotliCompressSync(bytes));
  }
}

/** npm may put a package beside the service rather than at the root, where the bundle would not find it. */
async function linkNative(name: string, dir: string): Promise<void> {
  for (const pkg of NATIVE) {
    const own = path.join(root, 'services', name, 'node_modules', pkg);
    if (!existsSync(own)) continue;
    await mkdir(path.join(dir, 'node_modules'), { recursive: true });
    await symlink(own, path.join(dir, 'node_modules', pkg));
  }
}

/** `src/main.ts` → `main`, `src/admin-main.ts` → `admin`. */
export function entryPoints(name: string): Record<string, string> {
  const folder = path.join(root, 'services', name, 'src');
  const entries: Record<string, string> = {};
  for (const file of readdirSync(folder)) {
    const match = /^(?:([a-z-]+)-)?main\.ts$/.exec(file);
    if (match) entries[match[1] ?? 'main'] = path.join(folder, file);
  }
  return entries;
}
