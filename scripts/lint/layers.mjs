import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';

const ROOT = path.resolve(import.meta.dirname, '../..');

/**
 * The order of a folder's subfolders and of the files beside them, from the ground up: nothing imports from above itself.
 * Files that are not listed are the top layer (app.ts, main.ts): they may import everything, and no listed one imports them.
 */
const LAYERS = {
  'services/shared/service-kit/src': ['base', 'observe', 'runtime', 'stores', 'http', 'events', 'service'],
  'services/shared/service-kit/src/observe': [
    'trace-context.ts',
    'logger.ts',
    'metrics-catalogue',
    'metrics-catalogue.ts',
    'metrics.ts',
    'telemetry.ts',
    'security-log.ts',
    'tracing',
  ],
  'services/shared/service-kit/src/events': [
    'stream-id.ts',
    'batch-pause.ts',
    'keys.ts',
    'entry.ts',
    'events.ts',
    'postgres-inbox.ts',
    'mongo-inbox.ts',
    'outbox',
    'dead-letters',
    'unit.ts',
    'consumer',
  ],
  'services/gateway/src': [
    'config.ts',
    'version.ts',
    'http',
    'auth',
    'limits',
    'cache',
    'proxy',
    'dashboard',
    'dead-letters',
    'personal-data',
    'health',
    'openapi',
    'sockets',
    'storefront',
    'edge',
    'cli',
  ],
  'services/users/src': [
    'config.ts',
    'generated',
    'db.ts',
    'limits',
    'link',
    'audit',
    'keys',
    'password',
    'session',
    'demo',
    'account',
    'mail',
    'admin',
    'personal-data',
    'auth',
    'cli',
  ],
  'services/orders/src': [
    'config.ts',
    'life',
    'store',
    'saga',
    'idempotency',
    'cart',
    'placing',
    'order',
    'reports',
    'ledger',
    'shop-wide',
    'past',
    'personal-data',
    'cli',
  ],
  'services/payments/src': [
    'config.ts',
    'pricing',
    'provider',
    'discount',
    'quote',
    'payment',
    'shop',
    'personal-data',
  ],
  'services/catalog/src': [
    'config.ts',
    'ledger',
    'db.ts',
    'cache',
    'product',
    'picture',
    'stock',
    'personal-data',
  ],
  'services/delivery/src': ['config.ts', 'delivery'],
  'services/simulator/src': ['config.ts', 'shopper', 'simulation'],
  'k8s-jobs/src': ['shared', 'archive'],
  'frontend/src': ['env.ts', 'lib', 'components', 'features', 'routes', 'app', 'testing'],
  scripts: [
    'workspace.ts',
    'stores',
    'build',
    'images',
    'logs',
    'start',
    'dev',
    'jest',
    'lint',
    'structure',
    'database',
    'contract',
    'docs',
    'new-service',
  ],
};

const isSource = (name) => /\.tsx?$/.test(name) && !/\.test\.tsx?$/.test(name);

/** What `root` holds: its folders, and the source files beside them. */
function entriesOf(root) {
  const entries = readdirSync(path.join(ROOT, root), { withFileTypes: true });
  return entries
    .filter((entry) => entry.isDirectory() || isSource(entry.name))
    .map((entry) => ({ name: entry.name, isFolder: entry.isDirectory() }));
}

/** Code that a generator writes is not there before `npm run generate`, and may be left over from another branch. */
const isGenerated = (name) => name === 'generated';

/** One sentence for each folder that the table leaves out, and for each entry that is not there. */
function faultsOf(root, layers) {
  const entries = entriesOf(root);
  const missing = entries
    .filter(({ name, isFolder }) => isFolder && !isGenerated(name) && !layers.includes(name))
    .map(({ name }) => `${root}/${name} has no place in scripts/lint/layers.mjs`);
  const stale = layers
    .filter((name) => !isGenerated(name) && !existsSync(path.join(ROOT, root, name)))
    .map((name) => `${root}/${name} of scripts/lint/layers.mjs does not exist`);
  return [...missing, ...stale];
}

function zonesOf(root, layers) {
  const roof = entriesOf(root)
    .filter(({ name, isFolder }) => !isFolder && !isGenerated(name) && !layers.includes(name))
    .map(({ name }) => name);
  return layers.map((name, floor) => ({
    target: path.join(ROOT, root, name),
    from: [...layers.slice(floor + 1), ...roof].map((above) => path.join(ROOT, root, above)),
    message: `${name} stands below it (scripts/lint/layers.mjs).`,
  }));
}

/** The zones for import-x/no-restricted-paths. Throws when a folder has no place in the table. */
export function directionZones() {
  const tables = Object.entries(LAYERS);
  const faults = tables.flatMap(([root, layers]) => faultsOf(root, layers));
  if (faults.length > 0) throw new Error(faults.join('\n'));
  return tables.flatMap(([root, layers]) => zonesOf(root, layers)).filter(({ from }) => from.length > 0);
}
