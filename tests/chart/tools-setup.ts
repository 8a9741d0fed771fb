import { KUBERNETES, schemas, tool } from './tools';

/** Builds what is missing before the first test, so that no test pays for it. */
export default function setup(): void {
  for (const name of ['helm', 'kubeconform', 'kube-score', 'helm-docs']) tool(name);
  for (const version of KUBERNETES) schemas(version);
}
