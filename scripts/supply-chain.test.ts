import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';

const root = path.join(import.meta.dirname, '..');
const read = (file: string): string => readFileSync(path.join(root, file), 'utf8');
const run = (command: string, ...args: string[]): string =>
  execFileSync(command, args, { cwd: root, encoding: 'utf8', maxBuffer: 64 << 20 });
const workflows = readdirSync(path.join(root, '.github/workflows')).map(
  (file) => `.github/workflows/${file}`,
);

describe('a workflow', () => {
  it.each(workflows)('%s runs actions of one commit each, with the version beside it', (file) => {
    const actions = read(file).match(/uses:.*/g) ?? [];
    expect(actions.length).toBeGreaterThan(3);
    for (const action of actions)
      expect(action).toMatch(/^uses: [\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
  });

  it.each(workflows)('%s runs its commands in a shell with pipefail', (file) => {
    const { defaults, jobs } = parse(read(file)) as Workflow;
    // GitHub starts `shell: bash` with `-eo pipefail`, and a step without `shell` with `-e` alone.
    expect(defaults?.run?.shell).toBe('bash');
    for (const { steps } of Object.values(jobs))
      for (const { shell } of steps) expect(shell ?? 'bash').toBe('bash');
  });
});
interface Workflow {
  defaults?: { run?: { shell?: string } };
  jobs: Record<string, { steps: { shell?: string }[] }>;
}

it('every shell script fails when a command before a pipe fails', () => {
  const scripts = run('git', 'ls-files')
    .trimEnd()
    .split('\n')
    .filter((file) => /^#!.*\b(?:ba|da|k|z)?sh\b/.test(read(file).slice(0, 80)));
  expect(scripts.length).toBeGreaterThan(2);
  for (const file of scripts)
    expect([file, read(file)]).toEqual([file, expect.stringMatching(/^set -\w*o pipefail$/m)]);
});

describe('the bill of materials', () => {
  it('is CycloneDX, names every package of the lockfile, and marks those that the services do not run', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    const [command = '', ...args] = (scripts['sbom'] ?? '').split(' ');
    const bom = JSON.parse(run(command, ...args)) as { bomFormat: string; components: Component[] };
    expect(bom.bomFormat).toBe('CycloneDX');
    const named = new Map(bom.components.map(({ purl, scope }) => [decodeURIComponent(purl), scope]));
    const { packages } = JSON.parse(read('package-lock.json')) as { packages: Record<string, Locked> };
    const locked = Object.entries(packages)
      .filter(([place, { link }]) => place.includes('node_modules/') && !link)
      .map(([place, { name, version }]) => `${name ?? place.replace(/^.*node_modules\//, '')}@${version}`);
    expect(locked.length).toBeGreaterThan(1_000);
    expect(locked.filter((each) => !named.has(`pkg:npm/${each}`))).toEqual([]);
    const scopeOf = (name: string) => [...named].find(([purl]) => purl.startsWith(`pkg:npm/${name}@`))?.[1];
    for (const name of ['express', 'pg', 'mongodb', 'react', 'zod'])
      expect([name, scopeOf(name)]).toEqual([name, 'required']);
    for (const name of ['jest', 'eslint']) expect([name, scopeOf(name)]).toEqual([name, 'optional']);
  });
});
interface Component {
  purl: string;
  scope: 'required' | 'optional';
}
interface Locked {
  name?: string;
  version: string;
  link?: boolean;
}
