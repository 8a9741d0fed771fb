import { shareOf } from './rounding';

/** Standard VAT rates in hundredths of a percent by country in 2026, and the default rate for other countries. */
export const taxRates: Readonly<Record<string, number>> = {
  AT: 2000,
  BE: 2100,
  BG: 2000,
  CY: 1900,
  CZ: 2100,
  DE: 1900,
  DK: 2500,
  EE: 2400,
  ES: 2100,
  FI: 2550,
  FR: 2000,
  GR: 2400,
  HR: 2500,
  HU: 2700,
  IE: 2300,
  IT: 2200,
  LT: 2100,
  LU: 1700,
  LV: 2100,
  MT: 1800,
  NL: 2100,
  PL: 2300,
  PT: 2300,
  RO: 2100,
  SE: 2500,
  SI: 2200,
  SK: 2300,
};
export const DEFAULT_TAX_RATE = 2000;

/** The rate of a destination; the default rate without one. */
export const taxRateOf = (country: string | undefined): number =>
  (country === undefined ? undefined : taxRates[country]) ?? DEFAULT_TAX_RATE;

/** The tax contained in `gross` at `rate` hundredths of a percent, rounded half up. */
export const containedTax = (gross: number, rate: number): number => shareOf(gross, rate, 10_000 + rate);
