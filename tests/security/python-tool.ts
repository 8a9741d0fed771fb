import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { CACHE } from '../chart/tools';

/** Runs a command to its end; throws with what it printed when it fails, else answers that. */
export function run(command: string, args: string[], cwd?: string): string {
  const { status, stdout, stderr } = spawnSync(command, args, {
    encoding: 'utf8',
    maxBuffer: 64_000_000,
    ...(cwd ? { cwd } : {}),
  });
  if (status !== 0)
    throw new Error(`${command} ended with ${status}:\n${stdout.slice(-20_000)}\n${stderr.slice(-2_000)}`);
  return stdout;
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
