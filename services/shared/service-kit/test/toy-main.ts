import { runService } from '../src/service/run-service';
import { buildToy, loadToyConfig } from './toy-service';

/** The toy as a process: `slow` takes a second, and the ports go to standard output when it is ready. */
runService(
  () => loadToyConfig(process.env),
  (config) => {
    const service = buildToy(config, new Promise((resolve) => setTimeout(resolve, 1_000)));
    const start = service.start.bind(service);
    service.start = async () => {
      const ports = await start();
      process.stdout.write(`${JSON.stringify(ports)}\n`);
      return ports;
    };
    return service;
  },
);
