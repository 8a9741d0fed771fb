import { hostname } from 'node:os';
import { z } from 'zod';

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
 * with every fault at once; values never appear in it, since they may be secrets.
 */
export function loadConfig<S extends Shape>(shape: S, env: NodeJS.ProcessEnv): z.output<z.ZodObject<S>> {
  const given = Object.fromEntries(
    Object.keys(shape).map((name) => [name, env[name] === '' ? undefined : env[name]]),
  );
  const result = z.object(shape).safeParse(given);
  if (result.success) return result.data;
  const faults = result.error.issues.map((issue) => {
    const name = String(issue.path[0] ?? '');
    return `${name} ${given[name] === undefined ? 'is missing' : `is wrong: ${issue.message}`}`;
  });
  throw new ConfigError([...new Set(faults)]);
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

/** The environment of every service. `defaultPort` is the service's port; 0 takes any free one. */
export const baseEnv = (defaultPort: number) => ({
  PORT: port(defaultPort),
  HOST: z.string().default('0.0.0.0'),
  OPS_PORT: port(9100),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
  INTERNAL_TOKEN_KEY: z.string().min(32, 'at least 32 characters'),
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
  // The OTLP endpoint of spans (HTTP, JSON); without one nothing is traced. The OpenTelemetry SDK reads the other
  // standard
  // OTEL_ variables itself. The share is that of the requests that start a trace here.
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
export type BaseConfig = z.output<z.ZodObject<ReturnType<typeof baseEnv>>>;

/** True under a test runner, where answers are checked against the contract. */
export const inTests = process.env['NODE_ENV'] === 'test';
