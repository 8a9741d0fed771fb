import { readFileSync } from 'node:fs';
import path from 'node:path';
import { serviceNames } from '@bramble/contracts/services';
import { readPidFile } from '../../../scripts/stores/process-id';
import { residentMebibytes } from '../../helpers/resident-memory';

/** The services that requests of strangers reach, at the gateway or behind it. */
const services = serviceNames.filter((name) => name !== 'notifications');

const dataDir = (): string => process.env['BRAMBLE_DATA'] ?? '';

/** Process id and start time of each service, as one text each: a service that was started again has another. */
export const processes = (): Record<string, string> =>
  Object.fromEntries(
    services.map((name) => {
      const id = readPidFile(path.join(dataDir(), 'run', `${name}.json`));
      return [name, id ? `${id.pid} since ${id.startedAt}` : 'gone'];
    }),
  );

/** Resident memory of each service, in MiB. */
export const memory = (): Record<string, number> =>
  Object.fromEntries(
    services.map((name) => {
      const pid = readPidFile(path.join(dataDir(), 'run', `${name}.json`))?.pid ?? 0;
      return [name, Math.round(residentMebibytes(pid))];
    }),
  );

const logLines = (): string[] =>
  services.flatMap((name) => readFileSync(path.join(dataDir(), 'logs', `${name}.log`), 'utf8').split('\n'));

/** Lines of the services' logs that say that a process failed as a whole. */
export const fatalLines = (): string[] => logLines().filter((line) => line.includes('"level":"fatal"'));

/** Lines of the services' logs that say that a circuit breaker opened. */
export const openedBreakers = (): string[] =>
  logLines().filter((line) => line.includes('a circuit breaker changed') && line.includes('"state":"open"'));
