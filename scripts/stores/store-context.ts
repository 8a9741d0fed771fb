import type { Supervised } from './supervise';
import type { Log } from './types';

export interface MongodbOptions {
  /** Members of the replica set rs0; 1 unless given. */
  members?: number;
  /** Whether it takes commands for tests, such as `configureFailPoint`. */
  testCommands?: boolean;
}

/** What every store is started with. */
export interface StoreContext {
  dataDir: string;
  cacheDir: string;
  runDir: string;
  logDir: string;
  /** For tests: the servers do not sync to the disk, so a power cut loses data. */
  ephemeral: boolean;
  /** The administrator's password of PostgreSQL and Redis. */
  password: string;
  mongodb?: MongodbOptions | undefined;
  log: Log;
  /** Called with each server as soon as its process is started. */
  track?: ((process: Supervised) => void) | undefined;
}

export interface RunningStore {
  /** With the administrator's rights. */
  url: string;
  processes: readonly Supervised[];
}
