import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { probe } from './find-server';
import type { ServerBinary } from './types';

/** The server that an earlier start fetched into the cache, when it still runs. */
export async function remembered(
  cacheDir: string,
  store: string,
  majorOf: (version: string) => string,
): Promise<ServerBinary | undefined> {
  try {
    const { path: file, origin } = JSON.parse(readFileSync(noteOf(cacheDir, store), 'utf8')) as ServerBinary;
    return await probe(file, origin, majorOf);
  } catch {
    return undefined;
  }
}

/** Notes what was fetched, so that the next start does not ask the network again. */
export async function remember(
  cacheDir: string,
  store: string,
  fetched: Promise<ServerBinary | undefined>,
): Promise<ServerBinary | undefined> {
  const server = await fetched;
  if (server) {
    mkdirSync(cacheDir, { recursive: true });
    writeFileSync(noteOf(cacheDir, store), JSON.stringify(server));
  }
  return server;
}

function noteOf(cacheDir: string, store: string): string {
  return path.join(cacheDir, `${store}.fetched.json`);
}
