import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import type { Container, KubernetesObject, PodSpec, PodTemplate } from './kubernetes';
import { KUBERNETES, tool } from './tools';

export const CHART = join(__dirname, '..', '..', 'charts', 'bramble');
export const RELEASE = 'shop';
const PROMETHEUS_OPERATOR = 'monitoring.coreos.com/v1';

/** Every file that the chart must render under: the cases of ci/ and the profiles for operators. */
export const valuesFiles = [
  ...readdirSync(join(CHART, 'ci')).map((file) => join('ci', file)),
  ...readdirSync(CHART).filter((file) => /^values-.*\.yaml$/.test(file)),
].sort();

export interface Options {
  readonly set?: readonly string[];
  /** API groups the cluster has; by default a Prometheus operator's. */
  readonly apis?: readonly string[];
}

/** Runs helm; throws with what it wrote to stderr. */
export function helm(args: readonly string[]): string {
  try {
    return execFileSync(tool('helm'), [...args], { encoding: 'utf8', stdio: 'pipe', maxBuffer: 64 << 20 });
  } catch (error) {
    throw new Error(String((error as { stderr: string }).stderr), { cause: error });
  }
}

export function renderText(file: string, { set = [], apis = [PROMETHEUS_OPERATOR] }: Options = {}): string {
  return helm([
    'template',
    RELEASE,
    CHART,
    '--namespace=market',
    `--kube-version=${KUBERNETES[1]}`,
    `--values=${join(CHART, file)}`,
    ...apis.map((api) => `--api-versions=${api}`),
    ...set.map((pair) => `--set=${pair}`),
  ]);
}

const cache = new Map<string, readonly KubernetesObject[]>();

/** The objects that a values file renders to; the same answer for the same question. */
export function render(file: string, options: Options = {}): readonly KubernetesObject[] {
  const key = JSON.stringify([file, options]);
  const known = cache.get(key);
  if (known !== undefined) return known;
  const objects = parseAllDocuments(renderText(file, options))
    .map((document) => document.toJS() as KubernetesObject | null)
    .filter((object) => object !== null);
  cache.set(key, objects);
  return objects;
}

export const ofKind = (
  objects: readonly KubernetesObject[],
  ...kinds: string[]
): readonly KubernetesObject[] => objects.filter(({ kind }) => kinds.includes(kind));

export function named(objects: readonly KubernetesObject[], kind: string, name: string): KubernetesObject {
  const found = objects.find(
    (object) => object.kind === kind && object.metadata.name === `${RELEASE}-${name}`,
  );
  if (found === undefined) throw new Error(`no ${kind} ${name}`);
  return found;
}

/** The pod an object makes, if it makes one. */
export function podOf(object: KubernetesObject): PodTemplate | undefined {
  if (object.kind === 'Pod') return object as unknown as PodTemplate;
  if (object.kind === 'CronJob')
    return object.spec?.['jobTemplate']?.spec?.template as PodTemplate | undefined;
  return object.spec?.['template'] as PodTemplate | undefined;
}

export interface Workload {
  readonly id: string;
  readonly object: KubernetesObject;
  readonly pod: PodTemplate;
}

export function workloads(objects: readonly KubernetesObject[]): readonly Workload[] {
  return objects.flatMap((object) => {
    const pod = podOf(object);
    return pod === undefined ? [] : [{ id: `${object.kind}/${object.metadata.name}`, object, pod }];
  });
}

export const allContainers = (spec: PodSpec): readonly Container[] => [
  ...(spec.initContainers ?? []),
  ...spec.containers,
];

/** What runs until it is stopped; a Job ends by itself. */
export const isLongRunning = ({ object }: Workload): boolean =>
  ['Deployment', 'StatefulSet'].includes(object.kind);
