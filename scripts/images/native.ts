import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { cp, mkdir, readdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { NATIVE } from '../build/bundle';
import { root } from '../workspace';

const run = promisify(execFile);
/** Dependencies of native packages that only building them from source needs. */
const BUILD_ONLY = new Set(['cross-env', 'node-addon-api']);
const NODE_ARCH: Readonly<Record<string, string>> = { amd64: 'x64', arm64: 'arm64' };

interface Manifest {
  readonly version: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/** Copies the native packages that a folder's bundles load, and what those need, for one architecture, into its node_modules. */
export async function addNative(app: string, architecture: string): Promise<void> {
  const cpu = NODE_ARCH[architecture] ?? architecture;
  const wanted = new Set<string>();
  for (const file of (await readdir(app)).filter((name) => name.endsWith('.mjs'))) {
    const code = await readFile(path.join(app, file), 'utf8');
    for (const name of NATIVE) if (new RegExp(`from\\s?["']${name}["']`).test(code)) wanted.add(name);
  }
  const done = new Set<string>();
  for (const name of wanted) await addPackage(name, path.join(app, 'node_modules'), cpu, done);
}

async function addPackage(name: string, target: string, cpu: string, done: Set<string>): Promise<void> {
  if (done.has(name)) return;
  done.add(name);
  const source = path.join(root, 'node_modules', name);
  const goal = path.join(target, name);
  await mkdir(path.dirname(goal), { recursive: true });
  await cp(source, goal, { recursive: true, dereference: true });
  await keepPrebuild(path.join(goal, 'prebuilds'), cpu);
  const manifest = JSON.parse(readFileSync(path.join(source, 'package.json'), 'utf8')) as Manifest;
  for (const dependency of Object.keys(manifest.dependencies ?? {})) {
    if (!BUILD_ONLY.has(dependency)) await addPackage(dependency, target, cpu, done);
  }
  for (const [dependency, version] of Object.entries(manifest.optionalDependencies ?? {})) {
    if (dependency.endsWith(`-linux-${cpu}`)) await addForeign(dependency, version, target);
  }
}

async function keepPrebuild(folder: string, cpu: string): Promise<void> {
  if (!existsSync(folder)) return;
  for (const name of await readdir(folder)) {
    if (name !== `linux-${cpu}`) await rm(path.join(folder, name), { recursive: true });
  }
}

/** A package for the image's processor: the installed one, or fetched from the npm registry once. */
async function addForeign(name: string, version: string, target: string): Promise<void> {
  const installed = path.join(root, 'node_modules', name);
  const cached = path.join(root, 'dist', 'packages', `${name.replace('/', '+')}@${version}`);
  if (!existsSync(installed) && !existsSync(path.join(cached, 'package.json'))) {
    await mkdir(cached, { recursive: true });
    const { stdout } = await run('npm', ['pack', '--silent', `${name}@${version}`], { cwd: cached });
    await run('tar', ['xzf', stdout.trim(), '--strip-components=1'], { cwd: cached });
    await rm(path.join(cached, stdout.trim()));
  }
  const source = existsSync(installed) ? installed : cached;
  await cp(source, path.join(target, name), { recursive: true, dereference: true });
}
