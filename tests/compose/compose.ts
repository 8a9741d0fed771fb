import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';

/** The last release of Compose whose module the Go proxy builds without a fork. */
const MODULE = 'github.com/docker/compose/v2/cmd@v2.28.1';
const CACHE = process.env['BRAMBLE_TOOLS'] ?? path.join(homedir(), '.cache', 'bramble-tools');

/** A wrapper of that name earlier on the PATH may know less than the engine's own. */
export const docker = existsSync('/usr/bin/docker') ? '/usr/bin/docker' : 'docker';
const works = (command: string, ...args: string[]): boolean =>
  spawnSync(command, args, { stdio: 'ignore' }).status === 0;
export const engineIsUp = (): boolean => works(docker, 'info');

/** The command and first arguments of Compose 2: the engine's own, one on the PATH, or one built from its Go module now. */
export function findCompose(): readonly [string, ...string[]] {
  if (works(docker, 'compose', 'version')) return [docker, 'compose'];
  const built = path.join(CACHE, 'bin', 'docker-compose');
  if (!existsSync(built)) {
    console.log(`building ${MODULE} (once)`);
    const draft = path.join(CACHE, 'compose');
    mkdirSync(draft, { recursive: true });
    mkdirSync(path.dirname(built), { recursive: true });
    try {
      execFileSync('go', ['install', MODULE], { env: { ...process.env, GOBIN: draft }, stdio: 'pipe' });
    } catch {
      throw new Error(`Docker Compose is missing: install its plugin, or Go so that ${MODULE} can be built.`);
    }
    renameSync(path.join(draft, 'cmd'), built);
  }
  return [built];
}
