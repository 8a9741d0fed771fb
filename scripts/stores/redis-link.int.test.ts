import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Redis } from 'ioredis';
import { defaultCacheDir } from './cache';
import { executables } from './find-server';
import { findRedis, startRedis } from './redis';
import type { StoreContext } from './store-context';

const originalPath = process.env['PATH'];
let dir: string;
let programs: string;
let context: StoreContext;

/**
 * Debian's layout: `redis-server` is a link to `redis-check-rdb`, one program that reads from its own name which of the
 * two it is. Both print a version.
 */
async function layOutAsDebianDoes(): Promise<void> {
  const real = await findRedis(context);
  const program = path.join(programs, 'redis-check-rdb');
  const script = [
    '#!/bin/sh',
    'case "$0" in',
    `  */redis-server) exec '${real.path}' "$@" ;;`,
    '  *) [ "$1" = --version ] && echo "redis-check-rdb 7.0.15" || { echo "Cannot open file: $1"; exit 1; } ;;',
    'esac',
  ];
  writeFileSync(program, `${script.join('\n')}\n`);
  chmodSync(program, 0o755);
  symlinkSync('redis-check-rdb', path.join(programs, 'redis-server'));
}

beforeAll(async () => {
  dir = mkdtempSync(path.join(os.tmpdir(), 'bramble redis ü-'));
  programs = path.join(dir, 'bin');
  const dataDir = path.join(dir, 'data');
  for (const folder of [programs, dataDir]) mkdirSync(folder);
  context = {
    ...{ dataDir, runDir: dataDir, logDir: dataDir, cacheDir: defaultCacheDir() },
    ...{ ephemeral: true, password: 'secret', log: () => undefined },
  };
  await layOutAsDebianDoes();
  process.env['PATH'] = `${programs}${path.delimiter}${originalPath}`;
});
afterAll(() => {
  process.env['PATH'] = originalPath;
  rmSync(dir, { recursive: true, force: true });
});

it('starts a redis-server that is a link to a program of another name', async () => {
  const server = await findRedis(context);
  expect(server.path).toBe(path.join(programs, 'redis-server'));
  const { url, processes } = await startRedis(context, server, 'events');
  const client = new Redis(url);
  try {
    expect(await client.ping()).toBe('PONG');
  } finally {
    client.disconnect();
    await Promise.all(processes.map((each) => each.stop()));
  }
});

it('lists a server once that two folders of the PATH link to', async () => {
  const second = path.join(dir, 'second');
  mkdirSync(second);
  symlinkSync(path.join(programs, 'redis-check-rdb'), path.join(second, 'redis-server'));
  expect(await executables('redis-server', [programs, second])).toEqual([
    path.join(programs, 'redis-server'),
  ]);
});
