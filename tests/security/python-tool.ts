import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { CACHE } from '../chart/tools';

function run(command: string, args: string[]): void {
  const { status, stdout, stderr } = spawnSync(command, args, {
    encoding: 'utf8',
  });
  if (status !== 0)
    throw new Error(`${command} ended with ${status}:\n${stdout.slice(-20_000)}\n${stderr.slice(-2_000)}`);
}

/** The path of a command from PyPI, installed once in an environment of its own beside the other tools. */
export function pythonTool(name: string, version: string): string {
  const dir = path.join(CACHE, `${name}-${version}`);
  const command = path.join(dir, 'bin', name);
  if (existsSync(command)) return command;
  process.stdout.write(`installing ${name} ${version} (once, into ${CACHE})\n`);
  run('python3', ['-m', 'venv', dir]);
  const quiet = ['--quiet', '--disable-pip-version-check'];
  run(path.join(dir, 'bin', 'pip'), ['install', ...quiet, `${name}==${version}`]);
  return command;
}
