import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { findBeside } from '../helpers/find-beside';

/** What each process of such a cluster is called by the kernel. */
const PROGRAMS = new Set(['dockerd', 'containerd', 'etcd', 'kube', 'coredns']);
const ENGINE_ENDS_MS = 20_000;

/** The bridge of the cluster's pods. */
const PODS = 'cni0';

/** A cluster that this machine builds for itself with the tool beside the checkout; undefined where that is missing. */
export function findLocalCluster() {
  const tool = findBeside('cluster/cluster', 'BRAMBLE_CLUSTER_TOOL');
  if (tool === undefined) return undefined;
  const home = process.env['CLUSTER_HOME'] ?? path.join(homedir(), '.cache', 'bramble-cluster');
  const state = path.join(home, 'run');
  const env = {
    ...process.env,
    KUBECONFIG: path.join(state, 'admin.conf'),
    PATH: `${path.join(home, 'bin')}:${process.env['PATH'] ?? ''}`,
  };
  const run = (...args: string[]): void =>
    void execFileSync(tool, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  const isUp = (): boolean => spawnSync('kubectl', ['get', '--raw', '/readyz'], { env }).status === 0;

  const pidFiles = (): { file: string; pid: number; program: string }[] =>
    !existsSync(state)
      ? []
      : readdirSync(state)
          .filter((name) => name.endsWith('.pid'))
          .map((name) => {
            const file = path.join(state, name);
            const pid = Number(readFileSync(file, 'utf8'));
            return { file, pid, program: programOf(pid) };
          });
  /** The tool ends processes by recorded ids, which other processes may have after a restart of the machine. */
  function forgetStrangers(): void {
    for (const { file, program } of pidFiles()) if (!PROGRAMS.has(program)) rmSync(file);
  }
  const engine = (): number | undefined => pidFiles().find(({ program }) => program === 'dockerd')?.pid;
  async function endEngine(pid: number | undefined): Promise<void> {
    if (pid === undefined) return;
    process.kill(pid, 'SIGTERM');
    const deadline = Date.now() + ENGINE_ENDS_MS;
    while (programOf(pid) === 'dockerd' && Date.now() < deadline) await delay(200);
  }
  async function down(): Promise<void> {
    forgetStrangers();
    const pid = engine();
    run('down');
    forwardPods('-D');
    // The tool started it for this cluster, and leaves it.
    await endEngine(pid);
  }
  return {
    env,
    isUp,
    down,
    async up(): Promise<void> {
      if (isUp()) return;
      await down();
      run('up');
      forwardPods('-A');
    },
    /** Starts the Docker engine when there is none, and builds stand-ins for the public images. */
    baseImages(): void {
      forgetStrangers();
      mkdirSync(path.join(state, 'log'), { recursive: true });
      run('base-images');
    },
    /** Ends the Docker engine that the tool started. */
    endEngine: () => endEngine(engine()),
    load: (images: readonly string[]) => run('load', ...images),
  };
}

/**
 * Adds (-A) or removes (-D) the two rules that let pods reach each other. A Docker engine that turned forwarding on
 * itself, as its package does on installation, leaves the policy at DROP, and every connection between pods times out.
 */
function forwardPods(action: '-A' | '-D'): void {
  for (const side of ['-i', '-o']) {
    const rule = ['FORWARD', side, PODS, '-j', 'ACCEPT'];
    const exists = spawnSync('iptables', ['-C', ...rule]).status === 0;
    if (exists === (action === '-D')) spawnSync('iptables', [action, ...rule]);
  }
}

function programOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
  } catch {
    return '';
  }
}
