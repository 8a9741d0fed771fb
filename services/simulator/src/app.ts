import { every } from '@bramble/service-kit/runtime/clock';
import type { Service } from '@bramble/service-kit/runtime/service';
import { createService } from '@bramble/service-kit/service/create-service';
import type { SimulatorConfig } from './config';
import { createSimulation } from './simulation/simulation';

/** The simulator as a service: shoppers arrive while it runs, and it logs their outcomes every minute. */
export function buildSimulator(config: SimulatorConfig): Service {
  const service = createService({ name: 'simulator', config });
  const simulation = createSimulation({
    url: config.GATEWAY_URL,
    rate: config.SIMULATOR_RATE,
    seed: config.SIMULATOR_SEED,
    accounts: config.SIMULATOR_ACCOUNTS,
  });
  const end = new AbortController();
  let running: Promise<void> | undefined;
  service.worker({
    name: 'shoppers',
    start: () => {
      running = simulation.run(end.signal);
    },
    stop: async () => {
      end.abort();
      await running;
    },
  });
  every(service, {
    name: 'report',
    ms: 60_000,
    run: () => {
      service.log.info(
        {
          visits: simulation.figures.visits(),
          outcomes: Object.fromEntries(simulation.figures.outcomes()),
          failures: simulation.figures.failures(),
        },
        'shoppers so far',
      );
      simulation.figures.forgetCalls();
      return Promise.resolve();
    },
  });
  return service;
}
