// Starts the whole shop. Plain JavaScript without dependencies, because it is what installs them: it reads its words with
// Node's own parser.
import { fileURLToPath } from 'node:url';
import { ensureInstalled } from './install.mjs';
import { readWords } from './words.mjs';

const HELP = `Usage: npm start

Starts Bramble on this machine: PostgreSQL, MongoDB, Redis, the services and the storefront. Ctrl-C stops everything.

  PORT        8000        the one public address is http://HOST:PORT
  HOST        127.0.0.1
  DATA_DIR    .data       everything that is kept; two instances need two of them, and two PORTs
  POSTGRES_URL, MONGODB_URL, REDIS_URL    use these servers instead of own ones (MongoDB must be a replica set)
  DEMO        on          demo accounts and catalogue, and a demo courier that delivers
  DEMO_ADMIN  on          the demo accounts include an administrator
  BRAMBLE_CACHE  ~/.cache/bramble    keeps servers that were fetched

Every other setting of the services is passed on from the environment; see docs/operator.md.

Example: PORT=9000 DATA_DIR=/tmp/shop npm start`;

if (readWords('start', HELP)) {
  process.chdir(fileURLToPath(new URL('..', import.meta.url)));
  await ensureInstalled();
  const { register } = await import('tsx/esm/api');
  register();
  await import('./start/main.ts');
}
