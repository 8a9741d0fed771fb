import { idSchema } from '@bramble/contracts/page';
import type { Actor } from '@bramble/service-kit/base/actor';

/** A cart is deleted after so many days without a change; the guest's cookie lives as long. */
export const CART_DAYS = 30;

/** The caller of a cart operation: a signed-in user, a browser with a guest's cart, or both. */
export interface CartVisitor {
  actor: Actor;
  /** The cart id in the browser's cookie. Any client can forge it. */
  guest: string | undefined;
  /** Where the goods would go, if the caller says so. */
  country: string | undefined;
}

/** The owner key of a guest's cart; undefined when `name` is not a cart id. */
export function guestOwner(name: string | undefined): string | undefined {
  const parsed = idSchema.safeParse(name);
  return parsed.success ? `guest:${parsed.data.toLowerCase()}` : undefined;
}

/** The owner key of the signed-in user's cart. */
export const userOwner = ({ userId }: Actor): string | undefined =>
  userId === null ? undefined : `user:${userId}`;
