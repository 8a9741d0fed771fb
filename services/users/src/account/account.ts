import type { Role } from '@bramble/contracts/operation';
import type { Profile, User } from '@bramble/contracts/users';

/** An account as it is stored. `version` rises with every change that ends earlier access tokens. */
export interface Account {
  id: string;
  email: string;
  name: string;
  passwordHash: string;
  roles: Role[];
  profile: Profile;
  disabled: boolean;
  emailVerified: boolean;
  version: number;
  erasedAt: Date | null;
  createdAt: Date;
}

/** The fields of an account that other users may see. */
export const toUser = ({ id, email, name, roles, createdAt }: Account): User => ({
  id,
  email,
  name,
  roles,
  createdAt: createdAt.toISOString(),
});
