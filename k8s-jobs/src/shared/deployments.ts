import { setTimeout as delay } from 'node:timers/promises';
import { AppsV1Api, CoreV1Api, KubeConfig, PatchStrategy, setHeaderOptions } from '@kubernetes/client-node';

const GONE_MS = 180_000;

/** Stops and starts the Deployments of a namespace, with the rights of the pod's service account. */
export function openDeployments(namespace: string) {
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromCluster();
  const api = kubeConfig.makeApiClient(AppsV1Api);
  const core = kubeConfig.makeApiClient(CoreV1Api);
  const scale = (name: string, replicas: number) =>
    api.patchNamespacedDeploymentScale(
      { name, namespace, body: { spec: { replicas } } },
      setHeaderOptions('Content-Type', PatchStrategy.MergePatch),
    );
  /** A Deployment stops counting a pod that is terminating although it still works, so the pods are counted. */
  async function pods(name: string): Promise<number> {
    const { spec } = await api.readNamespacedDeployment({ name, namespace });
    const labelSelector = Object.entries(spec?.selector.matchLabels ?? {})
      .map(([label, value]) => `${label}=${value}`)
      .join(',');
    if (labelSelector === '') throw new Error(`${name} selects no pods by label`);
    const { items } = await core.listNamespacedPod({ namespace, labelSelector });
    // An evicted pod remains as an object without a process.
    return items.filter(({ status }) => status?.phase !== 'Failed' && status?.phase !== 'Succeeded').length;
  }

  /** Scales to zero and waits until the last pod has ended. */
  async function stop(names: readonly string[]): Promise<void> {
    for (const name of names) await scale(name, 0);
    const deadline = Date.now() + GONE_MS;
    for (const name of names) {
      while ((await pods(name)) > 0) {
        if (Date.now() > deadline) throw new Error(`${name} did not stop in ${GONE_MS / 60_000} minutes`);
        await delay(1_000);
      }
    }
  }

  async function start(replicas: ReadonlyMap<string, number>): Promise<void> {
    for (const [name, count] of replicas) await scale(name, count);
  }

  return { stop, start };
}
