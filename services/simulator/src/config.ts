import { factor, integer, keylessEnv, loadConfig, urlOr } from '@bramble/service-kit/base/config';

/** The environment of the simulator as a service. The rate is in shoppers per second. */
export const loadSimulatorConfig = (env: NodeJS.ProcessEnv = process.env) =>
  loadConfig(
    {
      ...keylessEnv(8005),
      GATEWAY_URL: urlOr('http://gateway:8000'),
      SIMULATOR_RATE: factor(1),
      SIMULATOR_SEED: integer(1, 0, 2_147_483_647),
      SIMULATOR_ACCOUNTS: integer(20, 1, 1_000),
    },
    env,
  );
export type SimulatorConfig = ReturnType<typeof loadSimulatorConfig>;
