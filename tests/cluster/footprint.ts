import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { createCommand, runCommand } from '@bramble/service-kit/base/command-line';
import { openCluster, openTools, type Tools } from './cluster';

const program = createCommand('npm run footprint --', {
  does: 'Installs the chart into a namespace of its own, measures it at rest and under the simulator, and writes docs/footprint.md. The images are those of the last npm run test:cluster.',
  example: 'npm run footprint',
}).action(measure);
const namespace = 'bramble-footprint';
const release = 'shop';
const SECONDS_IDLE = 45;
const SECONDS_BUSY = 60;
const RATE = 3;

interface Workload {
  kind: string;
  metadata: { name: string };
  spec: {
    replicas: number;
    template: { spec: { containers: { resources: Record<string, Record<string, string>> }[] } };
  };
}

const mebibytes = (text = '0'): number => (text.endsWith('Gi') ? parseFloat(text) * 1024 : parseFloat(text));
const cores = (text = '0'): number => (text.endsWith('m') ? parseFloat(text) : parseFloat(text) * 1000);
const pause = (seconds: number) => new Promise((resolve) => setTimeout(resolve, seconds * 1000));

/** Working set in MiB by workload, as the kubelet sees it. */
async function workingSets(tools: Tools): Promise<Map<string, number>> {
  const nodes = (await tools.kubectl('get', 'nodes', '-o', 'jsonpath={.items[*].metadata.name}')).split(' ');
  const sets = new Map<string, number>();
  for (const node of nodes) {
    const stats = JSON.parse(
      await tools.kubectl('get', '--raw', `/api/v1/nodes/${node}/proxy/stats/summary`),
    ) as {
      pods: { podRef: { name: string; namespace: string }; memory?: { workingSetBytes?: number } }[];
    };
    for (const { podRef, memory } of stats.pods) {
      if (podRef.namespace !== namespace || memory?.workingSetBytes === undefined) continue;
      sets.set(podRef.name, memory.workingSetBytes / 1_048_576);
    }
  }
  return sets;
}

const ofWorkload = (sets: Map<string, number>, { kind, metadata: { name } }: Workload): number =>
  Math.max(
    0,
    ...[...sets]
      .filter(([pod]) =>
        new RegExp(kind === 'StatefulSet' ? `^${name}-\\d+$` : `^${name}-[a-z0-9]+-[a-z0-9]+$`).test(pod),
      )
      .map(([, value]) => value),
  );

function imageSizes(): [string, number][] {
  return execFileSync('/usr/bin/docker', ['images', '--format', '{{.Repository}} {{.ID}}'], {
    encoding: 'utf8',
  })
    .split('\n')
    .filter((line) => line.includes('bramble-'))
    .map((line): [string, number] => {
      const [repository = '', id = ''] = line.split(' ');
      const bytes = execFileSync('/usr/bin/docker', ['image', 'inspect', '-f', '{{.Size}}', id], {
        encoding: 'utf8',
      });
      return [repository.replace(/^.*bramble-/, ''), Number(bytes) / 1e6];
    })
    .sort();
}

async function measure(): Promise<void> {
  const tools = openTools(await openCluster(4), namespace, release);
  await tools.run('kubectl', ['create', 'namespace', namespace]);
  await tools.deploy('install');
  await pause(SECONDS_IDLE);
  const idle = await workingSets(tools);
  await tools.deploy('upgrade', 'simulator.enabled=true', `simulator.env.SIMULATOR_RATE=${RATE}`);
  await pause(SECONDS_BUSY);
  const busy = await workingSets(tools);
  const { items } = await tools.json<{ items: Workload[] }>(
    'get',
    'deployment,statefulset',
    '-l',
    `app.kubernetes.io/instance=${release}`,
  );
  const rows = items
    .filter(({ spec }) => spec.replicas > 0)
    .map((workload) => {
      const [container] = workload.spec.template.spec.containers;
      const { requests, limits } = container?.resources ?? {};
      return {
        name: workload.metadata.name.replace(`${release}-`, ''),
        cpu: cores(requests?.['cpu']),
        request: mebibytes(requests?.['memory']),
        limit: mebibytes(limits?.['memory']),
        idle: ofWorkload(idle, workload),
        busy: ofWorkload(busy, workload),
      };
    })
    .sort((a, b) => a.name.localeCompare(b.name));
  const shop = rows.filter(({ name }) => name !== 'simulator');
  const sum = (pick: (row: (typeof rows)[number]) => number) =>
    Math.round(shop.reduce((total, row) => total + pick(row), 0));

  const table = rows
    .map(
      (row) =>
        `| ${row.name} | ${row.cpu} | ${row.request} | ${row.limit} | ${row.idle ? row.idle.toFixed(0) : '–'} | ${row.busy.toFixed(0)} |`,
    )
    .join('\n');
  const images = imageSizes()
    .map(([name, size]) => `| ${name} | ${size.toFixed(0)} |`)
    .join('\n');

  writeFileSync(
    path.join(process.cwd(), 'docs', 'footprint.md'),
    `# What it takes

Measured by \`tests/cluster/footprint.ts\` on one node (amd64, 2 cores, Kubernetes 1.34, Node 24), with the chart's default
values; working sets are the kubelet's. Busy: the simulator with ${RATE} shoppers per second for a minute.

| pod | CPU requested (m) | memory requested (Mi) | limit (Mi) | idle (Mi) | busy (Mi) |
| --- | ---: | ---: | ---: | ---: | ---: |
${table}
| **the shop with its stores** | **${sum((r) => r.cpu)}** | **${sum((r) => r.request)}** | **${sum((r) => r.limit)}** | **${sum((r) => r.idle)}** | **${sum((r) => r.busy)}** |

The goal is 1,024 Mi requested for everything with its stores. Online Boutique requests 1,368 Mi without any.
The sums leave the simulator out. Jobs come and go: each requests 64 Mi while it runs.

## Images (MB, unpacked)

| image | size |
| --- | ---: |
${images}

The storefront's is nginx and nothing else of ours is in it but 4 MB; its size is its base image's, here a stand-in.
`,
  );
  console.log(
    `requested ${sum((r) => r.request)} Mi, idle ${sum((r) => r.idle)} Mi, busy ${sum((r) => r.busy)} Mi`,
  );
  await tools.run('kubectl', ['delete', 'namespace', namespace]);
}

await runCommand(program);
