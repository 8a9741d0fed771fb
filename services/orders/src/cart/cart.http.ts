import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Actor } from '@bramble/service-kit/base/actor';
import { clearCookie, readCookie, setCookie } from '@bramble/service-kit/http/cookies';
import { CART_DAYS } from './cart.owner';
import type { CartService, OpenCart } from './cart.service';

interface Exchange {
  req: IncomingMessage;
  res: ServerResponse;
  actor: Actor;
  query?: { country?: string | undefined } | undefined;
}

/** Opens the visitor's cart. When a guest's cart was merged into the user's, its cookie is cleared. */
export async function openCart(cart: CartService, { req, res, actor, query }: Exchange): Promise<OpenCart> {
  const open = await cart.open({
    actor,
    guest: readCookie(req, 'cart', actor.secure),
    country: query?.country,
  });
  if (open.closed) clearCookie(res, 'cart', actor.secure);
  return open;
}

/** Sets the cookie that names a guest's new cart. */
export const keepCart = ({ res, actor }: Omit<Exchange, 'req'>, guest: string): void =>
  setCookie(res, 'cart', guest, { secure: actor.secure, maxAgeSeconds: CART_DAYS * 86_400 });
