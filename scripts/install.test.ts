import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { waitFor } from '@bramble/test-kit/wait-for';

const LOCKFILE = { packages: { '': {}, 'node_modules/jam': { version: '1.0.0' } } };
/** Stands in for npm: says when it begins and ends, takes its time, and writes npm's record at the end. */
const NPM = `#!/bin/sh
echo begin >> log
while [ ! -e goon ] && [ -e log ]; do sleep 0.05; done
mkdir -p node_modules && cp package-lock.json node_modules/.package-lock.json
echo end >> log
`;

let clone: string;
beforeEach(() => {
  clone = mkdtempSync(path.join(tmpdir(), 'bramble-install-'));
  writeFileSync(path.join(clone, 'package-lock.json'), JSON.stringify(LOCKFILE));
  mkdirSync(path.join(clone, 'bin'));
  writeFileSync(path.join(clone, 'bin', 'npm'), NPM);
  chmodSync(path.join(clone, 'bin', 'npm'), 0o755);
});
afterEach(() => rmSync(clone, { recursive: true, force: true }));

interface Start {
  process: ChildProcess;
  output: () => string;
  ended: Promise<number | null>;
}
/** What `npm start` does first. */
function start(): Start {
  const install = pathToFileURL(path.join(process.cwd(), 'scripts', 'install.mjs')).href;
  const child = spawn(
    process.execPath,
    ['--input-type=module', '-e', `import { ensureInstalled } from '${install}'; await ensureInstalled();`],
    {
      cwd: clone,
      env: { ...process.env, PATH: `${path.join(clone, 'bin')}:${process.env['PATH'] ?? ''}` },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  return {
    process: child,
    output: () => output,
    ended: new Promise((resolve) => child.once('exit', (code) => resolve(code))),
  };
}
/** npm runs, and it is written down that it does. */
const npmRuns = () =>
  log().includes('begin') &&
  (JSON.parse(readFileSync(path.join(clone, 'dist', '.install.lock'), 'utf8')) as unknown[]).length === 2;
const log = () =>
  existsSync(path.join(clone, 'log')) ? readFileSync(path.join(clone, 'log'), 'utf8').split('\n') : [];

it('waits for the npm ci of a start that was killed, and installs once', async () => {
  const first = start();
  await waitFor(npmRuns, { what: 'npm' });
  first.process.kill('SIGKILL');
  await first.ended;

  const second = start();
  await waitFor(() => second.output().includes('waiting for another npm ci in this clone'), {
    timeout: 20_000,
    what: 'the second start to wait',
  });
  writeFileSync(path.join(clone, 'goon'), '');
  expect(await second.ended).toBe(0);
  expect(log()).toEqual(['begin', 'end', '']);
  expect(existsSync(path.join(clone, 'dist', '.install.lock'))).toBe(false);
}, 60_000);

it('installs anew when the npm ci of a start that was killed ended half-way', async () => {
  const first = start();
  await waitFor(npmRuns, { what: 'npm' });
  first.process.kill('SIGTERM');
  expect(await first.ended).toBe(130);
  writeFileSync(path.join(clone, 'goon'), '');
  expect(await start().ended).toBe(0);
  expect(log()).toEqual(['begin', 'begin', 'end', '']);
}, 60_000);
