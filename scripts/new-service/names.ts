import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { publicOperations } from '@bramble/contracts/public-operations';
import { serviceNames } from '@bramble/contracts/services';
import { root } from '../workspace';

/** Words that mean something else where a service's name stands: in code, in PostgreSQL, or before the first slash. */
const RESERVED = new Set(
  'every api ws internal public postgres template0 template1 arguments await break case catch class const continue debugger default delete do else enum eval export extends false finally for function if implements import in instanceof interface let new null package private protected return static super switch this throw true try typeof undefined var void while with yield'.split(
    ' ',
  ),
);
const CHARTS = 'charts/bramble/charts';

/** What a new service is called and what follows from it. */
export interface NewService {
  name: string;
  /** What it owns, for the map of the services. */
  owns: string;
  port: number;
}

/** Why a service cannot have this name, in one sentence; undefined when it can. */
export function nameFault(name: string): string | undefined {
  if (!/^[a-z][a-z0-9]{1,19}$/.test(name))
    return `"${name}" is no name for a service: it also names a database and environment variables, so write one word of 2 to 20 lower-case letters and digits.`;
  if (RESERVED.has(name))
    return `The word ${name} is reserved: it means something else in code, in a database or in an address.`;
  const isTaken =
    serviceNames.some((service) => service === name) ||
    [
      `services/${name}`,
      `services/shared/${name}`,
      `${CHARTS}/${name}`,
      `services/shared/contracts/src/${name}.ts`,
    ].some((file) => existsSync(path.join(root, file)));
  if (isTaken) return `The name ${name} is taken.`;
  const answered = publicOperations.find(({ path: address }) => address.split('/')[2] === name);
  if (answered) return `The address /api/${name} is taken: ${answered.service} answers it.`;
  return undefined;
}

/** The port after the highest of the chart's services, so that it stays apart from those of the stores. */
export function nextPort(): number {
  const ports = readdirSync(path.join(root, CHARTS)).map((chart) => {
    const file = path.join(root, CHARTS, chart, 'values.yaml');
    const values = existsSync(file) ? (parse(readFileSync(file, 'utf8')) as { port?: number } | null) : null;
    return values?.port ?? 0;
  });
  return Math.max(...ports.filter((port) => port >= 8000 && port < 8080)) + 1;
}
