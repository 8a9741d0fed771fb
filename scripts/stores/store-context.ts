import type { Supervised } from './supervise';
import type { Log } from './types';

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
  log: Log;
  /** Called with each server as soon as its process is started. */
  track?: ((process: Supervised) => void) | undefined;
}

export interface RunningStore {
  /** With the administrator's rights. */
  url: string;
  process: Supervised;
}
