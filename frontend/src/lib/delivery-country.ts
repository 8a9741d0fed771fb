import { useSyncExternalStore } from 'react';
import { deliveryCountries } from '@bramble/contracts/countries';

const COOKIE = 'bramble_country';
const KEPT_SECONDS = 365 * 86_400;
/** The country of shoppers who have not chosen one. */
const HOME = 'DE';

const listeners = new Set<() => void>();

/** The country that the shopper chose, and else that of the shop. Basket, checkout and order show the total for it. */
export const deliveryCountry = (): string => {
  const chosen = /(?:^|; )bramble_country=([A-Z]{2})(?:;|$)/.exec(document.cookie)?.[1];
  return deliveryCountries.find((code) => code === chosen) ?? HOME;
};

export const chooseDeliveryCountry = (country: string): void => {
  const secure = location.protocol === 'https:' ? '; Secure' : '';
  document.cookie = `${COOKIE}=${country}; Path=/; Max-Age=${KEPT_SECONDS}; SameSite=Lax${secure}`;
  listeners.forEach((listener) => listener());
};

export const onDeliveryCountry = (listener: () => void): (() => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

export const useDeliveryCountry = (): string => useSyncExternalStore(onDeliveryCountry, deliveryCountry);
