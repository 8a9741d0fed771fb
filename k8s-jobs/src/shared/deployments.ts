import { setTimeout as delay } from 'node:timers/promises';
import { AppsV1Api, KubeConfig, PatchStrategy, setHeaderOptions } from '@kubernetes/client-node';

const GONE_MS = 180_000;

/** Stops and starts the Deployments of a namespace, with the rights of the pod's service account. */
export function openDeployments(namespace: string) {
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromCluster();
  const api = kubeConfig.makeApiClient(AppsV1Api);
  const scale = (name: string, replicas: number) =>
    api.patchNamespacedDeploymentScale(
      { name, namespace, body: { spec: { replicas } } },
      setHeaderOptions('Content-Type', PatchStrategy.MergePatch),
    );
  return {
    /** Scales to zero and waits until the last pod has let go of its connections. */
    async stop(names: readonly string[]): Promise<void> {
      for (const name of names) await scale(name, 0);
      const deadline = Date.now() + GONE_MS;
      for (const name of names) {
        while (((await api.readNamespacedDeployment({ name, namespace })).status?.replicas ?? 0) > 0) {
          if (Date.now() > deadline) throw new Error(`${name} did not stop in ${GONE_MS / 60_000} minutes`);
          await delay(1_000);
        }
      }
    },
    async start(replicas: ReadonlyMap<string, number>): Promise<void> {
      for (const [name, count] of replicas) await scale(name, count);
    },
  };
}
