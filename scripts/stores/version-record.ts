import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { ServerBinary } from './types';

interface Recorded {
  major?: string;
  version?: string;
  port?: number;
}

/** What made the data of one store, kept beside the data as `<store>.version.json`. */
export function readRecord(dataDir: string, store: string): Recorded {
  const file = path.join(dataDir, `${store}.version.json`);
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Recorded) : {};
}

/** Written once the server is up on the data; the next start takes the same port if it is free. */
export function writeRecord(dataDir: string, store: string, server: ServerBinary, port: number): void {
  const record: Recorded = { major: server.major, version: server.version, port };
  writeFileSync(path.join(dataDir, `${store}.version.json`), `${JSON.stringify(record)}\n`);
}
