import { createHash } from 'node:crypto';
import { randomToken } from '@bramble/service-kit/base/ids';

/** How long an unused session lasts. */
export const REFRESH_TOKEN_SECONDS = 30 * 24 * 3600;
/** Browser tabs refresh at the same time, so a rotated token is accepted again for this long. */
export const GRACE_MS = 15_000;

/** A token has 256 random bits, so its hash needs neither salt nor a slow algorithm. */
export const hashToken = (token: string): Buffer => createHash('sha256').update(token).digest();

export interface NewRefreshToken {
  token: string;
  hash: Buffer;
  expiresAt: Date;
}

export const newRefreshToken = (now: Date): NewRefreshToken => {
  const token = randomToken(32);
  return { token, hash: hashToken(token), expiresAt: new Date(now.getTime() + REFRESH_TOKEN_SECONDS * 1000) };
};
