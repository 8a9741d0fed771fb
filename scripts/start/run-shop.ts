import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { keptSecret, openStores, type Stores } from '../stores/open-stores';
import { canListen } from '../stores/ports';
import { endCommands } from '../stores/run';
import type { Supervised } from '../stores/supervise';
import type { Log } from '../stores/types';
import { serviceNames } from '../workspace';
import { prepareDatabases } from './databases';
import {
  type GatewayPlace,
  recordEnvironments,
  type ServiceEnvironment,
  serviceEnvironments,
} from './environment';
import { healthy } from './health';
import { say } from './progress';
import { startService, type StartServiceOptions } from './services';
import { readSettings, type Settings } from './settings';

/** What differs between the shop as it is delivered (`npm start`) and the one that is worked on (`npm run dev`). */
export interface ShopKind {
  /** The npm script that runs it: when npm ends, the shop stops too. */
  script: 'start' | 'dev';
  /** Makes the bundles, and the storefront where it is served from files. */
  build(log: Log): Promise<void>;
  /** Where the gateway listens, and where it finds the storefront. */
  gateway(settings: Settings): Promise<GatewayPlace>;
  /** What a service is run with. */
  program: StartServiceOptions['program'];
  /** Called once the services are started. */
  serve?(shop: StartedShop): Promise<void>;
  /** Called once the shop is healthy at `url`. */
  opened(url: string, settings: Settings): void;
  /** Closes what `serve` opened. */
  close?(): Promise<void>;
}

/** The running services, for a kind that does more with them. */
export interface StartedShop {
  settings: Settings;
  services: readonly ServiceEnvironment[];
  /** Stops one service and starts it again; does nothing while the shop stops. */
  restart(name: string): Promise<void>;
}

/** The terminal and npm both send Ctrl-C: a second signal within this time is the same one. */
const SAME_SIGNAL_MS = 1_000;

/** Starts stores and services, prints the banner and runs until a signal or a failure stops everything. */
export function runShop(kind: ShopKind): void {
  let stoppingSince = 0;
  let stores: Promise<Stores> | undefined;
  const services = new Map<string, Supervised>();
  /** Stores that are up while others are still being fetched. */
  const early: Supervised[] = [];

  async function stop(code: number): Promise<never> {
    stoppingSince = Date.now();
    endCommands();
    await kind.close?.();
    // The gateway first, so that no request comes in any more; then the other services; the stores last.
    await services.get('gateway')?.stop();
    await Promise.all([...services.values()].map((service) => service.stop()));
    await Promise.all(early.map((store) => store.stop()));
    await stores?.then(
      (open) => open.stop(),
      () => undefined,
    );
    say('stopped');
    process.exit(code);
  }

  function onSignal(signal: NodeJS.Signals): void {
    if (stoppingSince > 0) {
      if (Date.now() - stoppingSince < SAME_SIGNAL_MS) return;
      say(`${signal} again: ending everything at once`);
      endCommands();
      for (const running of [...services.values(), ...early]) running.kill();
      process.exit(130);
    }
    say(`${signal}: stopping (once more ends everything at once)`);
    void stop(0);
  }

  async function start(): Promise<void> {
    const settings = readSettings(process.env);
    await assertFree(settings);
    stores = openStores({ ...settings, ephemeral: false, log: say, track: (store) => early.push(store) });
    const [open] = await Promise.all([stores, kind.build(say)]);
    const readyFile = path.join(settings.dataDir, 'run', 'ready');
    rmSync(readyFile, { force: true });
    const gateway = await kind.gateway(settings);
    const environments = await prepareServices({ settings, stores: open, readyFile, gateway });
    if (stoppingSince > 0) return;
    say(`starting ${environments.map(({ name }) => name).join(', ')}`);
    const options = { program: kind.program, dataDir: settings.dataDir, log: say };
    const run = (environment: ServiceEnvironment): void => {
      services.set(environment.name, startService(environment, options));
    };
    environments.forEach(run);
    writeFileSync(readyFile, '');

    async function restart(name: string): Promise<void> {
      const environment = environments.find((each) => each.name === name);
      if (!environment || stoppingSince > 0) return;
      await services.get(name)?.stop();
      if (stoppingSince === 0) run(environment);
    }
    await kind.serve?.({ settings, services: environments, restart });
    const address = addressOf(settings);
    await healthy(address.local, () => [...services.values()], say);
    say('healthy');
    kind.opened(address.shown, settings);
  }

  process.stdout.on('error', () => undefined);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => onSignal(signal));
  whenNpmEnds(kind.script, () => {
    if (stoppingSince === 0) onSignal('SIGTERM');
  });
  start().catch((error: unknown) => {
    if (stoppingSince > 0) return;
    console.error(`\n${error instanceof Error ? error.message : String(error)}\n`);
    void stop(1);
  });
}

/** npm may end on a signal without passing it on. So the shop stops when npm has ended. */
function whenNpmEnds(script: ShopKind['script'], ended: () => void): void {
  if (process.env['npm_lifecycle_event'] !== script) return;
  const { ppid } = process;
  setInterval(() => {
    if (process.ppid !== ppid) ended();
  }, 250).unref();
}

async function assertFree({ host, port }: Settings): Promise<void> {
  if (!(await canListen(port, host)))
    throw new Error(`${host}:${port} is in use or not ours to listen on: choose another PORT.`);
}

/** Prepares the databases and records with which environment each service is run. */
async function prepareServices({
  settings,
  stores,
  readyFile,
  gateway,
}: {
  settings: Settings;
  stores: Stores;
  readyFile: string;
  gateway: GatewayPlace;
}): Promise<ServiceEnvironment[]> {
  const databases = await prepareDatabases({
    adminUrl: stores.postgresUrl,
    own: settings.given.postgresUrl === undefined,
    secret: keptSecret(settings.dataDir, 'stores'),
    log: say,
  });
  const environments = await serviceEnvironments({
    settings,
    stores,
    databases,
    services: serviceNames().filter((name) => name !== 'simulator'),
    internalTokenKey: keptSecret(settings.dataDir, 'internal-token'),
    readyFile,
    gateway,
  });
  recordEnvironments(settings.dataDir, environments);
  return environments;
}

/** The address that is printed, and one that this machine can call when the shop listens everywhere. */
function addressOf({ host, port }: Settings): { shown: string; local: string } {
  const shown = `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
  return { shown, local: host === '0.0.0.0' || host === '::' ? `http://127.0.0.1:${port}` : shown };
}
