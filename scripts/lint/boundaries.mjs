import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';

const ROOT = path.resolve(import.meta.dirname, '../..');

const foldersOf = (parent) =>
  existsSync(path.join(ROOT, parent))
    ? readdirSync(path.join(ROOT, parent), { withFileTypes: true })
        .filter((entry) => entry.isDirectory())
        .map((entry) => `${parent}/${entry.name}`)
    : [];

const SHARED = 'services/shared';
const services = foldersOf('services').filter((folder) => folder !== SHARED);
const features = foldersOf('frontend/src/features');

const zone = (target, from, message) => ({
  target: path.join(ROOT, target),
  from: from.map((folder) => path.join(ROOT, folder)),
  message,
});
const others = (folders, own) => folders.filter((folder) => folder !== own);

/**
 * The zones for import-x/no-restricted-paths that keep services and features apart. The rule resolves an import to its
 * file, so it holds however the path is written.
 */
export const boundaryZones = () => [
  ...services.map((own) =>
    zone(
      own,
      [...others(services, own), 'frontend', 'k8s-jobs'],
      'A service reaches another one by its HTTP contract or its events.',
    ),
  ),
  zone(SHARED, [...services, 'frontend', 'k8s-jobs'], 'A shared package imports no service.'),
  zone(
    'frontend',
    [...services, `${SHARED}/service-kit`, `${SHARED}/test-kit`, 'k8s-jobs'],
    'The storefront reaches a service by its HTTP contract.',
  ),
  ...features.map((own) =>
    zone(own, others(features, own), 'Features do not import each other; routes compose them.'),
  ),
];

/** The zone for import-x/no-restricted-paths that keeps what several tests use below those tests. */
export const helpersZone = () => ({
  ...zone('tests/helpers', ['tests'], 'Tests import their helpers, and no helper imports tests.'),
  except: ['./helpers'],
});
