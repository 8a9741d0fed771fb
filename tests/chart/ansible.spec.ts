import { execFileSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CHART } from './render';
import { CACHE } from './tools';

const LINT = 'ansible-lint==25.9.2';
const CORE = 'ansible-core==2.17.14';
const PLAYBOOKS = join(CHART, '..', '..', 'deploy', 'ansible');

/** The folder of Ansible's programs, in a Python environment that is made once. */
function programs(): string {
  const folder = join(CACHE, LINT.replace('==', '-'));
  const done = join(folder, 'complete');
  if (!existsSync(done)) {
    console.log(`installing ${LINT} (once, into ${CACHE})`);
    const run = (command: string, ...args: string[]) => execFileSync(command, args, { stdio: 'pipe' });
    run('python3', '-m', 'venv', '--clear', folder);
    run(join(folder, 'bin', 'pip'), 'install', '--quiet', CORE, LINT);
    writeFileSync(done, '');
  }
  return join(folder, 'bin');
}

function ansible(program: string, ...args: string[]): string {
  const bin = programs();
  try {
    return execFileSync(join(bin, program), args, {
      cwd: PLAYBOOKS,
      encoding: 'utf8',
      stdio: 'pipe',
      env: { ...process.env, PATH: `${bin}:${process.env['PATH'] ?? ''}`, NO_COLOR: '1' },
    });
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    throw new Error(`${stdout}\n${stderr}`, { cause: error });
  }
}

describe('the playbook from a bare board to a shop', () => {
  it('is understood by Ansible', () => {
    expect(
      ansible('ansible-playbook', '--syntax-check', '-i', 'inventory.example.yaml', 'site.yaml'),
    ).toContain('playbook: site.yaml');
  });

  it('passes the linter’s strictest profile', () => {
    ansible('ansible-lint', '--offline', '--profile=production', 'site.yaml', 'roles');
  });
});
