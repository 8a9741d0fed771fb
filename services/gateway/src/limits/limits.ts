import type { LimitClass } from './limit-class';

export interface Limit {
  points: number;
  seconds: number;
}

/**
 * Limits per address. They are generous, since a household, a school or a mobile operator's customers share one
 * address; users limits guesses at one account's password.
 */
export const addressLimits: Readonly<Record<LimitClass, Limit>> = {
  signup: { points: 300, seconds: 600 },
  login: { points: 120, seconds: 60 },
  token: { points: 120, seconds: 60 },
  account: { points: 300, seconds: 60 },
  read: { points: 6_000, seconds: 60 },
  write: { points: 1_200, seconds: 60 },
};

/** Limits per account, from all addresses together. */
export const accountLimits: Readonly<Record<LimitClass, Limit>> = {
  signup: { points: 20, seconds: 600 },
  login: { points: 60, seconds: 60 },
  token: { points: 60, seconds: 60 },
  account: { points: 30, seconds: 60 },
  read: { points: 1_800, seconds: 60 },
  write: { points: 300, seconds: 60 },
};

/**
 * Limits of slow requests (password hashes and uploads) to one service. Four at once of one address leave places to
 * others, and keep the three hashes at once of users busy all the same. `waiting` is of all addresses together.
 */
export const slowLimits = {
  atOncePerAddress: 4,
  waitingPerAddress: 60,
  waiting: 2_000,
  retryAfterSeconds: 5,
};

/** Open WebSockets at one gateway; those of an address are scaled like the other limits of an address. */
export const socketLimits = { openPerAddress: 500, open: 10_000, retryAfterSeconds: 30 };
