import { readFileSync } from 'node:fs';
import path from 'node:path';
import { request } from '../helpers/shop-session';

const named = (name: string): string => {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: jest's set-up starts the shop and names it`);
  return value;
};

/** The public address of the shop that all files share. */
export const shopUrl = (): string => named('BRAMBLE_URL');

/** Where a service listens, past the gateway. */
export function serviceUrl(name: string): string {
  const file = path.join(named('BRAMBLE_DATA'), 'environments.json');
  const environments = JSON.parse(readFileSync(file, 'utf8')) as Record<string, Record<string, string>>;
  const url = environments['gateway']?.[`${name.toUpperCase()}_URL`];
  if (url === undefined) throw new Error(`${name} has no address`);
  return url;
}

/** An access token of the demo admin. */
export const adminToken = async (): Promise<string> =>
  (
    await request<{ accessToken: string }>(shopUrl(), '/api/auth/token', {
      body: { email: 'admin@bramble.local', password: 'demotest' },
    })
  ).accessToken;
