import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { catalogApi } from '@bramble/contracts/catalog';
import { createShopClient } from '@bramble/test-kit/shop-client';
import { waitFor } from '@bramble/test-kit/wait-for';
import { freePort } from '../../scripts/stores/ports';
import { end, processId } from '../../scripts/stores/process-id';
import { copyClone } from '../helpers/copied-clone';

let above: string;
let clone: string;

beforeAll(() => {
  above = mkdtempSync(path.join(os.tmpdir(), 'bramble-folder-'));
  clone = path.join(above, 'Bramble größe ü');
  copyClone(clone);
});
afterAll(() => rmSync(above, { recursive: true, force: true }));

/** Runs a command in the clone to its end. */
function inClone(command: string, ...args: string[]): { status: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd: clone, encoding: 'utf8' });
  return { status, output: stdout + stderr };
}

it('starts, answers and stops in a folder whose name holds spaces and umlauts', async () => {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const { DATA_DIR: _, ...env } = process.env;
  const child = spawn('npm', ['start'], {
    cwd: clone,
    env: { ...env, PORT: String(port) },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const npm = processId(child.pid!)!;
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  try {
    await waitFor(() => output.includes('] healthy') || child.exitCode !== null, { timeout: 240_000 });
    expect(output).toContain('healthy');
    const { items } = await createShopClient(url).call(catalogApi.list, { query: { limit: 5 } });
    expect(items).toHaveLength(5);
    const page = await fetch(url, { headers: { accept: 'text/html' } });
    expect(await page.text()).toContain('<div id="root">');
    const admin = inClone(process.execPath, 'scripts/bramble-admin.mjs', 'dead', 'list');
    expect(admin).toEqual({ status: 0, output: expect.any(String) });
  } finally {
    await end(npm, 'SIGTERM', 40_000);
    await exited;
  }
  await waitFor(() => output.includes('stopped'), { timeout: 40_000 });
});

it('runs npm test for one file and npm run check for one step in such a folder', () => {
  const test = inClone('npm', 'test', '--', 'services/orders/src/life');
  expect(test.output).toMatch(/Tests: .* passed/);
  expect(test.status).toBe(0);
  const check = inClone('npm', 'run', 'check', '--', 'knip');
  expect(check.output).toContain('1 passed, 0 failed');
  expect(check.status).toBe(0);
});
