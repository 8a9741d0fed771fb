import type { LimitClass } from './limit-class';

export interface Limit {
  points: number;
  seconds: number;
}

/**
 * What one address may do. Generous, since a household, a school or a mobile operator's customers share one; guesses
 * at one account's password are counted apart, in users.
 */
export const addressLimits: Readonly<Record<LimitClass, Limit>> = {
  signup: { points: 300, seconds: 600 },
  login: { points: 120, seconds: 60 },
  token: { points: 120, seconds: 60 },
  account: { points: 300, seconds: 60 },
  read: { points: 6_000, seconds: 60 },
  write: { points: 1_200, seconds: 60 },
};

/** What one account may do, from wherever it comes. */
export const accountLimits: Readonly<Record<LimitClass, Limit>> = {
  signup: { points: 20, seconds: 600 },
  login: { points: 60, seconds: 60 },
  token: { points: 60, seconds: 60 },
  account: { points: 30, seconds: 60 },
  read: { points: 1_800, seconds: 60 },
  write: { points: 300, seconds: 60 },
};
