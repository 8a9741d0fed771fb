import { createHash } from 'node:crypto';
import { randomToken } from '@bramble/service-kit/base/ids';

/** How long a session lasts without being used. */
export const REFRESH_TOKEN_SECONDS = 30 * 24 * 3600;
/** Browser tabs refresh at the same time: for so long a rotated token still gets a successor. */
export const GRACE_MS = 15_000;

/** 256 random bits need no slow hash and no salt: nobody can guess them from it. */
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
