import { z } from 'zod';
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

/** Reads the environment of the gateway; throws ConfigError with every fault. */
export const loadGatewayConfig = (env: NodeJS.ProcessEnv = process.env) =>
  loadConfig(
    {
      ...baseEnv(8000),
      USERS_URL: urlOr('http://users:3001'),
      CATALOG_URL: urlOr('http://catalog:3002'),
      ORDERS_URL: urlOr('http://orders:8003'),
      PAYMENTS_URL: urlOr('http://payments:8004'),
      DELIVERY_URL: urlOr('http://delivery:8001'),
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
