import { createShopClient } from '@bramble/test-kit/shop-client';
import { demoAccount } from '../helpers/demo-account';
import { recordedEnvironment } from '../helpers/recorded-environment';

const named = (name: string): string => {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: jest's set-up starts the shop and names it`);
  return value;
};

/** The public address of the shop that all files share. */
export const shopUrl = (): string => named('BRAMBLE_URL');

/** Where a service listens, past the gateway. */
export function serviceUrl(name: string): string {
  const url = recordedEnvironment(named('BRAMBLE_DATA'))[`${name.toUpperCase()}_URL`];
  if (url === undefined) throw new Error(`${name} has no address`);
  return url;
}

/** A client of the shop that all files share. */
export const shopClient = () => createShopClient(shopUrl());

/** An access token of the demo admin. */
export const adminToken = (): Promise<string> => shopClient().signIn(demoAccount('admin'));
