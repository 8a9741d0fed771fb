import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';

const root = path.join(import.meta.dirname, '..');

function run(command: string, ...args: string[]) {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd: root, encoding: 'utf8' });
  return { status, stdout, stderr };
}
const node = (...args: string[]) => run(process.execPath, ...args);
const plan = (...words: string[]) => node('scripts/run-steps.mjs', ...words);
const namesOf = (name: string): string[] =>
  plan(name, '--list')
    .stdout.trimEnd()
    .split('\n')
    .map((line) => line.slice(0, 24).trimEnd());

/** Runs steps that no plan has. */
const runSteps = (...steps: object[]) =>
  node(
    '--input-type=module',
    '-e',
    `import { runSteps } from './scripts/run-steps.mjs';
     process.exitCode = runSteps(${JSON.stringify(steps)}, 'check') ? 0 : 1;`,
  );

describe('the table of steps', () => {
  it('gives every plan its steps, and shares the quick ones', () => {
    const check = namesOf('check');
    const ci = namesOf('ci');
    expect(check.filter((name) => !ci.includes(name))).toEqual(['unit', 'integration']);
    expect(ci.filter((name) => !check.includes(name))).toEqual([
      'packages',
      'install',
      'build',
      'npm test',
      'mutation',
      'browser',
      'chaos',
      'chart',
      'security',
      'scanners',
      'cluster',
    ]);
    expect(namesOf('full')).toEqual([
      'mutation',
      'browser',
      'chaos',
      'dose',
      'memory',
      'chart',
      'security',
      'scanners',
      'cluster',
      'compose',
      'arm64',
      'bench',
    ]);
  });

  it('names scripts of package.json only', () => {
    const { scripts } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as {
      scripts: Record<string, string>;
    };
    const named = ['check', 'ci', 'full'].flatMap((name) =>
      [...plan(name, '--list').stdout.matchAll(/npm run --silent (\S+)/g)].map(([, script = '']) => script),
    );
    expect(named.length).toBeGreaterThan(15);
    expect(named.filter((script) => !(script in scripts))).toEqual([]);
  });

  it('is what .ci/run runs', () => {
    expect(run('.ci/run', '--list').stdout).toBe(plan('ci', '--list').stdout);
  });
});

describe('a run of steps', () => {
  it('runs the named steps and counts them in the last line', () => {
    const { status, stdout } = plan('ci', 'lockfile');
    expect(status).toBe(0);
    expect(stdout).toMatch(/^\n== lockfile\npassed {2}lockfile +\d+\.\d s\n/);
    expect(stdout.trimEnd().split('\n').at(-1)).toBe('1 passed, 0 failed');
  });

  it('goes on after a failure, and counts what could not start as failed', () => {
    const { status, stdout, stderr } = runSteps(
      { name: 'fails', command: ['node', '-e', 'process.exit(3)'], in: { check: [] } },
      { name: 'no script', script: 'no-such-script', in: { check: [] } },
      { name: 'no program', command: ['no-such-program'], in: { check: [] } },
      { name: 'passes', command: ['node', '-e'], in: { check: ['""'] } },
    );
    expect(status).toBe(1);
    expect(stdout.match(/^(?:passed|FAILED) {2}[a-z ]*[a-z]/gm)?.slice(0, 4)).toEqual([
      'FAILED  fails',
      'FAILED  no script',
      'FAILED  no program',
      'passed  passes',
    ]);
    expect(stderr).toContain('package.json has no script "no-such-script"');
    expect(stdout.trimEnd().split('\n').at(-1)).toBe('1 passed, 3 failed');
  });

  it('answers wrong words with one sentence and starts nothing', () => {
    for (const words of [
      ['check', 'lnt'],
      ['full', '--quick'],
    ]) {
      const { status, stdout, stderr } = plan(...words);
      expect({ words, status, stdout }).toEqual({ words, status: 2, stdout: '' });
      expect(stderr).toMatch(/^[^\n]+\n$/);
    }
    expect(plan('check', 'lnt').stderr).toContain('npm run check has no step "lnt"');
  });

  it('explains itself', () => {
    const { status, stdout } = plan('check', '--help');
    expect(status).toBe(0);
    expect(stdout).toContain('Example: npm run check -- lint types');
  });
});
