import { idSchema } from '@bramble/contracts/page';
import type { Actor } from '@bramble/service-kit/base/actor';

/** How long a cart that nobody touches is kept: as long as the guest's cookie. */
export const CART_DAYS = 30;

/** Whoever asks for a cart: a signed-in user, a browser that holds the name of a guest's cart, or both. */
export interface CartVisitor {
  actor: Actor;
  /** What the browser's cookie names; anybody may have written it. */
  guest: string | undefined;
}

/** The owner of the cart of a guest; undefined when `name` is none that this shop gave out. */
export function guestOwner(name: string | undefined): string | undefined {
  const parsed = idSchema.safeParse(name);
  return parsed.success ? `guest:${parsed.data.toLowerCase()}` : undefined;
}

/** The owner of the cart of the signed-in user. */
export const userOwner = ({ userId }: Actor): string | undefined =>
  userId === null ? undefined : `user:${userId}`;
