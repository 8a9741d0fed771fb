import { hostname, userInfo } from 'node:os';
import { z } from 'zod';
import { type ServiceName, serviceNames } from '@bramble/contracts/services';
import type { Actor } from './actor';

/** All faults of an environment, one line each. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  constructor(readonly faults: readonly string[]) {
    super(
      `the configuration has ${faults.length} fault${faults.length === 1 ? '' : 's'}:\n${faults.map((fault) => `  ${fault}`).join('\n')}`,
    );
  }
}

type Shape = Record<string, z.ZodType>;

/**
 * Parses `env` by `shape` (environment name to schema of its text). An empty value counts as absent. Throws ConfigError
 * with every fault at once; values never appear in it, since they may be secrets. A shape with INTERNAL_KEY needs it or
 * INTERNAL_TOKEN_KEY.
 */
export function loadConfig<S extends Shape>(shape: S, env: NodeJS.ProcessEnv): z.output<z.ZodObject<S>> {
  const given = Object.fromEntries(
    Object.keys(shape).map((name) => [name, env[name] === '' ? undefined : env[name]]),
  );
  const keyless = 'INTERNAL_KEY' in shape && !(given['INTERNAL_KEY'] ?? given['INTERNAL_TOKEN_KEY']);
  const result = z.object(shape).safeParse(given);
  if (result.success && !keyless) return result.data;
  const faults = (result.error?.issues ?? []).map((issue) => {
    const name = String(issue.path[0] ?? '');
    return `${name} ${given[name] === undefined ? 'is missing' : `is wrong: ${issue.message}`}`;
  });
  throw new ConfigError([...new Set(faults), ...(keyless ? ['INTERNAL_KEY is missing'] : [])]);
}

/** A required address, such as `postgres://…`. */
export const url = () => z.url();
/** An address with a default. */
export const urlOr = (fallback: string) => z.url().default(fallback);
/** `1/true/on/yes` or `0/false/off/no`. */
export const flag = (fallback: boolean) =>
  z
    .string()
    .toLowerCase()
    .pipe(z.enum(['1', 'true', 'on', 'yes', '0', 'false', 'off', 'no'], 'use on or off'))
    .transform((text) => ['1', 'true', 'on', 'yes'].includes(text))
    .default(fallback);
/** A whole number within `min` and `max`. */
export const integer = (fallback: number, min: number, max: number) =>
  z
    .string()
    .regex(/^-?\d+$/, 'not a whole number')
    .transform(Number)
    .pipe(z.int().min(min).max(max))
    .default(fallback);
/**
 * The most connections of a process to its database. The chart sets it, and computes from it what all pods together take.
 */
export const connections = (fallback: number) => integer(fallback, 2, 200);
/** A time in seconds, fractions allowed. */
export const seconds = (fallback: number) =>
  z
    .string()
    .regex(/^\d+(\.\d+)?$/, 'not a number of seconds')
    .transform(Number)
    .default(fallback);
/** A factor above zero. */
export const factor = (fallback: number) =>
  z
    .string()
    .regex(/^\d+(\.\d+)?$/, 'not a number')
    .transform(Number)
    .pipe(z.number().positive())
    .default(fallback);
/** Any text, required. */
export const text = () => z.string();
/** Any text, or undefined. */
export const optionalText = () => z.string().optional();

const port = (fallback: number) => integer(fallback, 0, 65_535);

/** `INTERNAL_SERVICE_KEY_ORDERS` holds the key of calls to orders by services; the kind says who calls. */
type CallKeyName = `INTERNAL_${Uppercase<Actor['kind']>}_KEY_${Uppercase<ServiceName>}`;
export const callKeyName = (kind: Actor['kind'], service: string): CallKeyName =>
  `INTERNAL_${kind.toUpperCase()}_KEY_${service.toUpperCase()}` as CallKeyName;

/** A key of at least 32 characters. */
export const internalKey = () => z.string().min(32, 'at least 32 characters').optional();

/**
 * The keys of internal tokens. A pod gets its own key and the keys of the calls that it makes. Processes of one machine
 * get INTERNAL_TOKEN_KEY instead and derive all keys from it.
 */
const keyEnv = () => ({
  INTERNAL_TOKEN_KEY: internalKey(),
  INTERNAL_KEY: internalKey(),
  ...(Object.fromEntries(
    (['user', 'service', 'job'] as const).flatMap((kind) =>
      serviceNames.map((service) => [callKeyName(kind, service), internalKey()]),
    ),
  ) as Record<CallKeyName, ReturnType<typeof internalKey>>),
});
export type KeyConfig = Partial<z.output<z.ZodObject<ReturnType<typeof keyEnv>>>>;

/** The environment of a service without operations and without keys. `defaultPort` is its port; 0 takes any free one. */
export const keylessEnv = (defaultPort: number) => ({
  PORT: port(defaultPort),
  HOST: z.string().default('0.0.0.0'),
  OPS_PORT: port(9100),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
  DEMO: flag(false),
  SERVICE_INSTANCE: z
    .string()
    .regex(/^[A-Za-z0-9._-]{1,100}$/)
    .default(() => hostname()),
  COOKIE_SECURE: z.enum(['auto', 'always']).default('auto'),
  CURRENCY: z
    .string()
    .regex(/^[A-Z]{3}$/, 'not an ISO 4217 code')
    .default('EUR'),
  SHUTDOWN_SECONDS: integer(20, 1, 600),
  // The time after a stop request during which the service still accepts connections, until clients stop sending.
  DRAIN_SECONDS: integer(0, 0, 300),
  // The OTLP endpoint of spans (HTTP, JSON); without one nothing is traced. The OpenTelemetry SDK reads the other standard
  // OTEL_ variables itself. The sampler's argument is the share of traces that begin here and are recorded.
  OTEL_EXPORTER_OTLP_ENDPOINT: url().optional(),
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: url().optional(),
  OTEL_SDK_DISABLED: flag(false),
  OTEL_TRACES_SAMPLER: optionalText(),
  OTEL_TRACES_SAMPLER_ARG: z
    .string()
    .regex(/^(0(\.\d+)?|1(\.0+)?)$/, 'not a share between 0 and 1')
    .transform(Number)
    .default(1),
});
/** The environment of a service with operations. */
export const baseEnv = (defaultPort: number) => ({ ...keylessEnv(defaultPort), ...keyEnv() });

export type BaseConfig = z.output<z.ZodObject<ReturnType<typeof keylessEnv>>> & KeyConfig;

/**
 * The name of the operating system's user who runs this process; with sudo, of the user who called sudo. A container's user
 * may have a number only.
 */
export function operatorName(): string {
  const caller = process.env['SUDO_USER'];
  if (caller !== undefined && caller !== '') return caller;
  try {
    return userInfo().username;
  } catch {
    return `user ${process.getuid?.() ?? 'unknown'}`;
  }
}

/** True under a test runner, where answers are checked against the contract. */
export const inTests = process.env['NODE_ENV'] === 'test';
