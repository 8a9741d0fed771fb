import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { idSchema } from '@bramble/contracts/page';
import { clearCookie, readCookie, setCookie } from '@bramble/service-kit/http/cookies';
import type { Actor } from '@bramble/service-kit/base/actor';
import { CART_DAYS } from './cart.repository';

/** Whoever asks for a cart: a signed-in user, or a browser with a cookie. */
export interface Visitor {
  req: IncomingMessage;
  res: ServerResponse;
  actor: Actor;
}

const guestOwner = (cookie: string) => `guest:${cookie}`;

/** The cart of the visitor's cookie, when there is a well-formed one. */
export function guestCart({ req, actor }: Visitor): string | undefined {
  const cookie = readCookie(req, 'cart', actor.secure);
  const parsed = idSchema.safeParse(cookie);
  return parsed.success ? guestOwner(parsed.data.toLowerCase()) : undefined;
}

/** The cart of the signed-in user. */
export const userCart = ({ actor }: Visitor): string | undefined =>
  actor.userId === null ? undefined : `user:${actor.userId}`;

/** Gives a guest a cart: an unguessable name in a cookie. */
export function openGuestCart({ res, actor }: Visitor): string {
  const cookie = randomUUID();
  setCookie(res, 'cart', cookie, { secure: actor.secure, maxAgeSeconds: CART_DAYS * 86_400 });
  return guestOwner(cookie);
}

export const closeGuestCart = ({ res, actor }: Visitor): void => clearCookie(res, 'cart', actor.secure);
