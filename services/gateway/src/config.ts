import { z } from 'zod';
import { type ServiceName, serviceNames, servicePorts } from '@bramble/contracts/services';
import { baseEnv, factor, loadConfig, optionalText, url, urlOr } from '@bramble/service-kit/base/config';

const optionalUrl = () => z.url().optional();
const list = () =>
  z
    .string()
    .default('')
    .transform((text) =>
      text
        .split(',')
        .map((item) => item.trim())
        .filter((item) => item !== ''),
    );

const isOrigin = (text: string) => URL.canParse(text) && new URL(text).origin === text;
const isCidr = (text: string) => /^[0-9a-fA-F:.]+(?:\/\d{1,3})?$/.test(text);

/** Services that every shop has, behind the gateway. */
type RequiredService = Exclude<ServiceName, 'gateway' | 'notifications'>;
const isRequired = (name: ServiceName): name is RequiredService =>
  name !== 'gateway' && name !== 'notifications';
const required = serviceNames.filter(isRequired);
type UrlVariable = `${Uppercase<RequiredService>}_URL`;
const variableOf = (name: RequiredService) => `${name.toUpperCase()}_URL` as UrlVariable;

/** `<SERVICE>_URL` of each, by default its name and port in a cluster. */
const requiredUrls = () =>
  Object.fromEntries(
    required.map((name) => [variableOf(name), urlOr(`http://${name}:${servicePorts[name]}`)]),
  ) as Record<UrlVariable, ReturnType<typeof urlOr>>;

/** Reads the environment of the gateway; throws ConfigError with every fault. */
export const loadGatewayConfig = (env: NodeJS.ProcessEnv = process.env) =>
  loadConfig(
    {
      ...baseEnv(8000),
      ...requiredUrls(),
      NOTIFICATIONS_URL: optionalUrl(),
      REDIS_EVENTS_URL: url(),
      REDIS_CACHE_URL: url(),
      STOREFRONT_URL: optionalUrl(),
      STOREFRONT_DIR: optionalText(),
      READY_FILE: optionalText(),
      CORS_ORIGINS: list().refine(
        (origins) => origins.every(isOrigin),
        'a list of origins such as https://shop.example',
      ),
      TRUST_PROXY: list().refine((ranges) => ranges.every(isCidr), 'a list of addresses or CIDR ranges'),
      RATE_LIMIT_FACTOR: factor(1),
    },
    env,
  );
export type GatewayConfig = ReturnType<typeof loadGatewayConfig>;

/** Where each service behind the gateway answers; without notifications when the shop has none. */
export type UpstreamUrls = Readonly<Record<RequiredService, string> & { notifications?: string }>;

export const upstreamUrls = (config: GatewayConfig): UpstreamUrls => ({
  ...(Object.fromEntries(required.map((name) => [name, config[variableOf(name)]])) as Record<
    RequiredService,
    string
  >),
  ...(config.NOTIFICATIONS_URL === undefined ? {} : { notifications: config.NOTIFICATIONS_URL }),
});
