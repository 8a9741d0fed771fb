import { execFileSync, spawnSync, type SpawnSyncReturns } from 'node:child_process';
import { mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { copyTree, type TreeCopy } from '../helpers/tree-copy';
import type { KubernetesObject } from './kubernetes';
import { allowed, type End } from './policies';
import { helm, ofKind, podOf, RELEASE } from './render';
import { KUBERNETES, tool } from './tools';

const NAME = 'reviews';

let copy: TreeCopy;
let failed: SpawnSyncReturns<string>;
let again: SpawnSyncReturns<string>;
let objects: readonly KubernetesObject[];

const makeService = () =>
  spawnSync('npm', ['run', '--silent', 'new-service', '--', NAME], { cwd: copy.folder, encoding: 'utf8' });

beforeAll(() => {
  copy = copyTree();
  // A folder in the place of its picture makes the first run fail after its files were written.
  const picture = join(copy.folder, `docs/images/data-${NAME}.svg`);
  mkdirSync(picture);
  failed = makeService();
  rmdirSync(picture);
  again = makeService();
  const chart = join(copy.folder, 'charts/bramble');
  const text = helm([
    'template',
    RELEASE,
    chart,
    `--kube-version=${KUBERNETES[1]}`,
    '--set=demo.enabled=true',
  ]);
  objects = parseAllDocuments(text)
    .map((document) => document.toJS() as KubernetesObject | null)
    .filter((object) => object !== null);
});
afterAll(() => copy.remove());

const pod = (component: string): End => ({
  labels: {
    'app.kubernetes.io/name': 'bramble',
    'app.kubernetes.io/instance': RELEASE,
    'app.kubernetes.io/component': component,
  },
});

describe('npm run new-service', () => {
  it('says what finishes the service when it fails after its files were written', () => {
    expect(failed.status).toBe(1);
    expect(failed.stderr).toContain(`npm run generate failed, and the files of ${NAME} stay.`);
    expect(failed.stderr).toContain('"npm run generate && npm run openapi"');
  });

  it('goes on when it runs again, and then the name is taken', () => {
    expect(again).toMatchObject({
      status: 0,
      stdout: expect.stringContaining(`${NAME} is there, on port 8006.`),
    });
    expect(makeService().stderr).toContain(`The name ${NAME} is taken.`);
  });
});

describe('the chart with a service that npm run new-service made', () => {
  it('runs it with an address of its own database', () => {
    const kinds = objects
      .filter(({ metadata }) => metadata.name === `${RELEASE}-${NAME}`)
      .map(({ kind }) => kind)
      .sort();
    expect(kinds).toEqual(['ConfigMap', 'Deployment', 'NetworkPolicy', 'Service', 'ServiceAccount']);
    const [deployment] = ofKind(objects, 'Deployment').filter(
      ({ metadata }) => metadata.name === `${RELEASE}-${NAME}`,
    );
    const environment = podOf(deployment!)?.spec.containers[0]?.env ?? [];
    expect(environment.find(({ name }) => name === 'REVIEWS_DATABASE_URL')?.value).toContain('/reviews');
  });

  it('lets the gateway reach it, and it reach its database', () => {
    const policies = ofKind(objects, 'NetworkPolicy');
    expect(allowed(policies, pod('gateway'), pod(NAME), 8006)).toBe(true);
    expect(allowed(policies, pod('orders'), pod(NAME), 8006)).toBe(false);
    expect(allowed(policies, pod(NAME), pod('postgres'), 5432)).toBe(true);
    expect(allowed(policies, pod(NAME), pod('mongodb'), 27017)).toBe(false);
  });

  it('lists its values as helm-docs does', () => {
    const chart = join(copy.folder, 'charts/bramble');
    const files = ['README.md', 'charts/gateway/README.md', `charts/${NAME}/README.md`].map((file) =>
      join(chart, file),
    );
    const written = files.map((file) => readFileSync(file, 'utf8'));
    for (const file of files) writeFileSync(file, '');
    execFileSync(tool('helm-docs'), [`--chart-search-root=${chart}`], { stdio: 'pipe' });
    expect(written).toEqual(files.map((file) => readFileSync(file, 'utf8')));
  });
});
