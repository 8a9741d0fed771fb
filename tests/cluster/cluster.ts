import { execFileSync, spawn } from 'node:child_process';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { root } from '../../scripts/workspace';
import { findLocalCluster } from './local-cluster';

const VOLUMES_NEEDED = 12;

export interface Cluster {
  readonly env: NodeJS.ProcessEnv;
  /** Hands images of the local engine to the cluster. */
  load(images: readonly string[]): void;
  readonly isLocal: boolean;
}

/** True when a cluster of its own is not to be made: there is one. */
export const isGiven = (): boolean =>
  !['', undefined].includes(process.env['KUBECONFIG']) &&
  process.env['KUBECONFIG']?.includes('bramble-cluster') !== true;

/** KUBECONFIG's cluster, else one that is made here; throws one sentence when there is neither. */
export async function openCluster(volumes = VOLUMES_NEEDED): Promise<Cluster> {
  if (isGiven()) {
    const command = process.env['CLUSTER_LOAD'];
    return {
      env: process.env,
      isLocal: false,
      load: (images) => {
        if (command !== undefined)
          execFileSync('sh', ['-c', `${command} ${images.join(' ')}`], { stdio: 'inherit' });
      },
    };
  }
  const local = findLocalCluster();
  if (local === undefined) {
    throw new Error(
      'There is no cluster: set KUBECONFIG (and CLUSTER_LOAD, such as "kind load docker-image"), or BRAMBLE_CLUSTER_TOOL.',
    );
  }
  await local.up();
  // Volumes of such a cluster are used once: start over when few are left.
  const phases = execFileSync('kubectl', ['get', 'pv', '-o', 'jsonpath={.items[*].status.phase}'], {
    env: local.env,
    encoding: 'utf8',
  });
  if (phases.split(' ').filter((phase) => phase === 'Available').length < volumes) {
    await local.down();
    await local.up();
  }
  local.baseImages();
  return { env: local.env, isLocal: true, load: local.load };
}

const chart = path.join(root, 'charts', 'bramble');
/** The test's values, and another file over them (CLUSTER_VALUES), such as deploy/kind-values.yaml. */
const valuesFiles = [
  path.join(root, 'tests', 'cluster', 'values.yaml'),
  process.env['CLUSTER_VALUES'] ?? '',
].filter(Boolean);

/** kubectl and helm against one namespace. */
export function openTools({ env }: Cluster, namespace: string, release: string) {
  async function run(command: string, args: readonly string[], input?: string): Promise<string> {
    const child = spawn(command, [...args], { env, stdio: ['pipe', 'pipe', 'pipe'] });
    const ended = new Promise<number | null>((resolve, reject) =>
      child.once('error', reject).once('close', resolve),
    );
    child.stdin.end(input);
    const [status, stdout, stderr] = await Promise.all([ended, text(child.stdout), text(child.stderr)]);
    if (status !== 0)
      throw new Error(`${command} ${args.slice(0, 4).join(' ')}: ${stderr}\n${stdout.slice(-800)}`);
    return stdout;
  }
  const kubectl = (...args: string[]) => run('kubectl', ['-n', namespace, ...args]);
  const json = async <T>(...args: string[]) => JSON.parse(await kubectl(...args, '-o', 'json')) as T;
  const helm = (...args: string[]) => run('helm', ['-n', namespace, ...args]);
  const deploy = (verb: 'install' | 'upgrade', ...set: string[]) =>
    helm(
      verb,
      release,
      chart,
      ...valuesFiles.map((file) => `--values=${file}`),
      '--wait',
      '--timeout=6m',
      ...set.map((pair) => `--set=${pair}`),
    );
  return {
    run,
    kubectl,
    json,
    helm,
    deploy,
    create: (object: object) =>
      run('kubectl', ['-n', namespace, 'create', '-f', '-'], JSON.stringify(object)),

    /** Waits for a Job and answers its one summary line. */
    async finished(name: string, seconds = 180): Promise<Record<string, unknown>> {
      try {
        await kubectl('wait', '--for=condition=complete', `job/${name}`, `--timeout=${seconds}s`);
      } catch (error) {
        throw new Error(`${name}: ${await kubectl('logs', `job/${name}`, '--tail=20', '--all-containers')}`, {
          cause: error,
        });
      }
      const line = (await kubectl('logs', `job/${name}`))
        .split('\n')
        .findLast((text) => text.startsWith('{'));
      return JSON.parse(line ?? '{}') as Record<string, unknown>;
    },

    /** Waits until every pod that is being deleted is gone. */
    async drained(): Promise<void> {
      const deadline = Date.now() + 120_000;
      for (;;) {
        const { items } = await json<{ items: Pod[] }>('get', 'pod');
        const leaving = items.filter(({ metadata }) => metadata.deletionTimestamp !== undefined);
        if (leaving.length === 0) return;
        if (Date.now() > deadline)
          throw new Error(`still there: ${leaving.map(({ metadata }) => metadata.name).join(', ')}`);
        await new Promise((resolve) => setTimeout(resolve, 500));
      }
    },

    /**
     * Kills the pods of a component a second after their deletion was requested, and waits until others serve. Never by --force: that starts
     * a second server on the first one's files before the first has ended.
     */
    async kill(component: string): Promise<void> {
      const selector = `app.kubernetes.io/component=${component}`;
      const before = await names(selector);
      await kubectl('delete', 'pod', '-l', selector, '--grace-period=1', '--wait=false');
      const deadline = Date.now() + 180_000;
      for (;;) {
        const { items } = await json<{ items: Pod[] }>('get', 'pod', '-l', selector);
        const ready = items.filter(
          ({ metadata, status }) =>
            !before.has(metadata.uid) &&
            status.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True'),
        );
        if (ready.length >= before.size) return;
        if (Date.now() > deadline) throw new Error(`${component} did not come back`);
        await new Promise((resolve) => setTimeout(resolve, 1_000));
      }
    },
  };
  async function names(selector: string): Promise<Set<string>> {
    const { items } = await json<{ items: Pod[] }>('get', 'pod', '-l', selector);
    return new Set(items.map(({ metadata }) => metadata.uid));
  }
}
export type Tools = ReturnType<typeof openTools>;

export interface Pod {
  readonly metadata: { readonly name: string; readonly uid: string; readonly deletionTimestamp?: string };
  readonly status: {
    readonly phase: string;
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
  };
}
