import { isIPv4 } from 'node:net';
import type { Role } from '@bramble/contracts/operation';
import type { Logger } from './logger';

/** The events of the security log and the level of each. Their names are stable, since searches and alerts use them. */
const levels = {
  /** A session began: by password, by sign-up or as a demo account. */
  sign_in_succeeded: 'info',
  /** A password was wrong, its account is unknown, or the account is disabled. */
  sign_in_failed: 'warn',
  /** Too many guesses: the password was not checked. */
  sign_in_throttled: 'warn',
  /** A refresh token that was rotated before came again, so its session ended. */
  refresh_reused: 'warn',
  password_changed: 'info',
  roles_changed: 'warn',
  /** Somebody who is signed in asked for an operation of a role that they do not have. */
  permission_refused: 'warn',
  session_ended: 'info',
  /** A key that signs access tokens was removed. */
  signing_key_revoked: 'warn',
} as const satisfies Record<string, 'info' | 'warn'>;

export type SecurityEvent = keyof typeof levels;

/** The fields of a line. Neither mail addresses nor whole client addresses nor tokens. */
export interface SecurityFields {
  user_id?: string | undefined;
  session_id?: string | undefined;
  /** A keyed hash of the mail address that was typed. It shows which guesses were at the same account. */
  account?: string | undefined;
  /** The network of the client (`networkOf`). */
  client_network?: string | undefined;
  reason?: string | undefined;
  roles?: readonly Role[] | undefined;
  /** The id of the operation that was refused. */
  operation?: string | undefined;
  /** The id of the user who changed another account. */
  by?: string | undefined;
  kid?: string | undefined;
}

/** Writes one line of the security log. */
export const logSecurity = (
  log: Pick<Logger, 'info' | 'warn'>,
  event: SecurityEvent,
  fields: SecurityFields,
): void => log[levels[event]]({ event, ...fields }, 'security event');

/** The network of a client's address: 24 bits of IPv4; the 56 bits of IPv6 that the gateway passes on. */
export function networkOf(address: string): string {
  if (isIPv4(address)) return address.replace(/\d+$/, '0/24');
  return address.endsWith('/56') ? address : 'unknown';
}
