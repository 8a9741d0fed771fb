import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { events, streams } from '@bramble/contracts/events';
import { contractFaults, needlessEntries } from './structure/contract-clients';
import { ALL_CODE, readSources } from './structure/sources';
import { root } from './workspace';

/** Events that no service consumes yet: they are published for notifications, which does not exist yet. */
const FACTS = ['order.failed', 'order.cancelled', 'order.refunded', 'order.shipped', 'order.completed'];

/** Checks that things which are declared in several places agree; prints every fault and exits with 1. */
const faults: string[] = [];
const read = (file: string): string =>
  existsSync(path.join(root, file)) ? readFileSync(path.join(root, file), 'utf8') : '';
const folders = (dir: string): string[] =>
  readdirSync(path.join(root, dir), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name);

function sources(dir: string): string[] {
  return (
    readdirSync(path.join(root, dir), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts') && !file.includes('generated') && !file.endsWith('.test.ts'))
      // An example of the OpenAPI document names an event, and consumes none.
      .filter((file) => !file.startsWith('openapi/examples/'))
      .map((file) => path.join(dir, file))
  );
}

const services = folders('services').filter(
  (name) => name !== 'shared' && existsSync(path.join(root, 'services', name, 'src')),
);
const map = read('services/README.md');

for (const name of services) {
  const need = (file: string): void => {
    if (!existsSync(path.join(root, 'services', name, file))) faults.push(`services/${name} lacks ${file}`);
  };
  for (const file of ['package.json', 'README.md', 'src/main.ts']) need(file);
  if (name !== 'simulator') for (const file of ['src/app.ts', 'src/config.ts']) need(file);
  if (!new RegExp(String.raw`^\|\s*\[?\`?${name}\b`, 'm').test(map))
    faults.push(`services/README.md has no row for ${name}`);
  const main = read(`services/${name}/src/main.ts`);
  if (name !== 'simulator' && main.split('\n').length > 16)
    faults.push(`services/${name}/src/main.ts has more than 15 lines`);
  const schema = path.join(root, 'services', name, 'prisma');
  if (existsSync(schema) && folders(`services/${name}/prisma/migrations`).length === 0) {
    faults.push(`services/${name} has a schema and no migration`);
  }
  const manifest = JSON.parse(read(`services/${name}/package.json`) || '{}') as Manifest;
  if (manifest.name !== `@bramble/${name}`)
    faults.push(`services/${name}/package.json is not named @bramble/${name}`);
}

interface Manifest {
  name?: string;
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
}

// The service that owns a stream publishes its events, and each event has a consumer.
const code = new Map(services.map((name) => [name, sources(`services/${name}/src`).map(read).join('\n')]));
for (const [event, { stream }] of Object.entries(events)) {
  const owner = streams[stream];
  if (!code.has(owner)) continue;
  if (!code.get(owner)?.includes(`'${event}'`))
    faults.push(`${event} has no publisher: ${owner} does not name it`);
  const readers = services.filter((name) => name !== owner && code.get(name)?.includes(`'${event}'`));
  const forReaders = FACTS.includes(event) || stream === 'catalog_stream';
  if (readers.length === 0 && !forReaders) faults.push(`${event} has no consumer`);
}

for (const file of [
  ...services.map((name) => `services/${name}`),
  ...folders('services/shared').map((name) => `services/shared/${name}`),
  '.',
]) {
  const manifest = JSON.parse(read(path.join(file, 'package.json')) || '{}') as Manifest;
  for (const [name, version] of Object.entries({ ...manifest.dependencies, ...manifest.devDependencies })) {
    if (!/^(?:\d+\.\d+\.\d\S*|\*)$/.test(version))
      faults.push(`${file}/package.json: ${name} is not an exact version (${version})`);
  }
}
if (/"resolved": "https?:/.test(read('package-lock.json')))
  faults.push('package-lock.json records download addresses');
for (const file of [
  'README.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  'LICENSE',
  'services/shared/demo/README.md',
  'services/shared/service-kit/README.md',
  'services/shared/test-kit/README.md',
]) {
  if (!existsSync(path.join(root, file))) faults.push(`${file} is missing`);
}
for (const file of readdirSync(path.join(root, 'docs/adr')).filter((name) => name.endsWith('.md'))) {
  if (read(`docs/adr/${file}`).split('\n').length > 41)
    faults.push(`docs/adr/${file} is longer than 40 lines`);
}

const tracked = readSources(root, ALL_CODE);
faults.push(...contractFaults(tracked));
for (const entry of needlessEntries(tracked)) faults.push(`scripts/structure: ${entry}`);

for (const fault of faults) console.error(fault);
console.log(faults.length === 0 ? 'The repository is consistent.' : `${faults.length} faults`);
process.exitCode = faults.length === 0 ? 0 : 1;
