import type { Supervised } from './supervise';
import type { Log } from './types';

/** What every store is started with. */
export interface StoreContext {
  dataDir: string;
  cacheDir: string;
  runDir: string;
  logDir: string;
  /** Data for tests: as fast as the server can be made, lost when the power is. */
  ephemeral: boolean;
  /** The administrator's password of PostgreSQL and Redis. */
  password: string;
  log: Log;
  /** Told of each server as soon as its process is there. */
  track?: ((process: Supervised) => void) | undefined;
}

export interface RunningStore {
  /** With the administrator's rights. */
  url: string;
  process: Supervised;
}
