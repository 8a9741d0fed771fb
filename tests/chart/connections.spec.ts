import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Container, KubernetesObject } from './kubernetes';
import {
  allContainers,
  isLongRunning,
  named,
  ofKind,
  podOf,
  RELEASE,
  render,
  valuesFiles,
  workloads,
} from './render';

/** Both the old and the new pods of a rollout, until the old ones have drained. */
const GENERATIONS = 2;
/** Of a service's processes one publishes events, on a connection apart; another may take over from it. */
const PUBLISHERS = 2;
/** What PostgreSQL keeps for its administrator, and three commands of bramble-admin at once. */
const RESERVED = 3;
const COMMANDS = 4;
/** Of one client to each member: its state and its round-trip time. */
const MONITORS = 2;

type Objects = readonly KubernetesObject[];

const serverOf = (objects: Objects, store: string): Container | undefined =>
  podOf(named(objects, 'StatefulSet', store))?.spec.containers[0];

function storeArgument(objects: Objects, store: string, pattern: RegExp): number | undefined {
  const found = pattern.exec(serverOf(objects, store)?.args?.join(' ') ?? '')?.[1];
  return found === undefined ? undefined : Number(found);
}

/** The memory limit in MiB. */
const memoryOf = (objects: Objects, store: string): number =>
  parseInt(serverOf(objects, store)?.resources?.limits?.['memory'] ?? '0');

/** The names of the variables that hold an address in the chart's own store. */
const addressesIn = (object: KubernetesObject, store: string): readonly string[] =>
  allContainers(podOf(object)?.spec ?? { containers: [] })
    .flatMap(({ env = [] }) => env)
    .filter(({ value }) => value?.includes(`@${RELEASE}-${store}:`) === true)
    .map(({ name }) => name);

/** The largest number of pods, by the autoscaler where there is one. */
function largest(objects: Objects, { metadata, spec }: KubernetesObject): number {
  const scaler = ofKind(objects, 'HorizontalPodAutoscaler').find(
    (candidate) => candidate.spec?.['scaleTargetRef']?.name === metadata.name,
  );
  return Number(scaler?.spec?.['maxReplicas'] ?? spec?.['replicas']);
}

const poolOf = (objects: Objects, { metadata }: KubernetesObject): number =>
  Number(
    ofKind(objects, 'ConfigMap').find((map) => map.metadata.name === metadata.name)?.data?.[
      'DATABASE_CONNECTIONS'
    ],
  );

/** The services' connections to a store, when all their pods are there twice. `more` is added for each pod. */
function ofServices(objects: Objects, store: string, { perPod = 0, perService = 0 }): number {
  return workloads(objects)
    .filter((workload) => isLongRunning(workload) && addressesIn(workload.object, store).length > 0)
    .map(
      ({ object }) =>
        GENERATIONS * largest(objects, object) * (poolOf(objects, object) + perPod) + perService,
    )
    .reduce((sum, count) => sum + count, 0);
}

/** Jobs connect to one database after the other. A suspended CronJob may be started by hand. */
const ofJobs = (objects: Objects, store: string): number =>
  ofKind(objects, 'Job', 'CronJob').filter((object) => addressesIn(object, store).length > 0).length;

function postgresNeeds(objects: Objects): number {
  const services = ofServices(objects, 'postgres', { perService: PUBLISHERS });
  return services + ofJobs(objects, 'postgres') + COMMANDS + RESERVED;
}

const withPostgres = valuesFiles.filter((file) => !file.includes('external'));

describe('connections to PostgreSQL', () => {
  const allowed = (objects: Objects) => storeArgument(objects, 'postgres', /max_connections=(\d+)/) ?? 0;

  it.each(withPostgres)('of everything that %s starts are allowed by the server', (file) => {
    const objects = render(file);
    expect(postgresNeeds(objects)).toBeGreaterThan(20);
    expect(allowed(objects)).toBeGreaterThanOrEqual(postgresNeeds(objects));
  });

  it('are allowed when the autoscalers have made all pods that they may', () => {
    const grown = ['users', 'orders', 'payments'].flatMap((name) => [
      `${name}.autoscaling.enabled=true`,
      `${name}.autoscaling.maxReplicas=7`,
    ]);
    const objects = render('values-ha.yaml', { set: grown });
    expect(postgresNeeds(objects)).toBeGreaterThan(2 * 7 * 28);
    expect(allowed(objects)).toBeGreaterThanOrEqual(postgresNeeds(objects));
  });

  it('restart the server only when their number grows by much', () => {
    const one = allowed(render('ci/default-values.yaml'));
    expect(allowed(render('ci/default-values.yaml', { set: ['payments.connections=10'] }))).toBe(one);
    expect(allowed(render('ci/default-values.yaml', { set: ['orders.replicas=4'] }))).toBeGreaterThan(one);
  });

  it('are refused when the operator allows too few', () => {
    expect(allowed(render('ci/default-values.yaml', { set: ['postgres.maxConnections=300'] }))).toBe(300);
    expect(() => render('ci/default-values.yaml', { set: ['postgres.maxConnections=50'] })).toThrow(
      /postgres\.maxConnections is 50, and all pods together take \d+/,
    );
  });

  it('fit into the memory of the server', () => {
    /** Its own memory is 1.5 to 3 MiB, measured without the shared buffers. */
    const MIB_EACH = 2.5;
    for (const file of withPostgres) {
      const objects = render(file);
      const limit = memoryOf(objects, 'postgres');
      const shared = storeArgument(objects, 'postgres', /shared_buffers=(\d+)MB/) ?? 0;
      expect([file, shared + MIB_EACH * postgresNeeds(objects) <= limit]).toEqual([file, true]);
    }
  });
});

describe('connections to MongoDB', () => {
  /** mongod takes any number, each with a stack of up to 1 MB outside its cache. */
  it.each(withPostgres)('of everything that %s starts fit into its memory', (file) => {
    const objects = render(file);
    const limit = memoryOf(objects, 'mongodb');
    const cache = 1_024 * (storeArgument(objects, 'mongodb', /wiredTigerCacheSizeGB (\S+)/) ?? 0);
    const count = ofServices(objects, 'mongodb', { perPod: MONITORS }) + 3 * ofJobs(objects, 'mongodb') + 10;
    expect(count).toBeGreaterThan(30);
    expect(cache + 120 + count).toBeLessThanOrEqual(limit);
  });
});

describe('compose', () => {
  it('allows what one process of each service takes', () => {
    const objects = render('ci/default-values.yaml');
    const one = ofServices(objects, 'postgres', { perService: PUBLISHERS }) / GENERATIONS;
    const compose = readFileSync(join(__dirname, '..', '..', 'compose.yaml'), 'utf8');
    const allowed = Number(/max_connections=(\d+)/.exec(compose)?.[1]);
    expect(one + COMMANDS + RESERVED).toBeLessThanOrEqual(allowed);
  });
});
