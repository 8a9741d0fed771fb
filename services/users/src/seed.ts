import { demoPassword, demoUsers } from '@bramble/contracts/demo';
import type { Sql } from '@bramble/service-kit/stores/postgres';
import type { PasswordHasher } from './password/password-hasher';

/**
 * Makes the demo accounts as contracts/demo.ts names them, or puts them right again; the admin only when asked to.
 * Safe to run at any time and by several at once.
 */
export async function seedUsers({
  sql,
  hasher,
  admin,
}: {
  sql: Sql;
  hasher: PasswordHasher;
  admin: boolean;
}): Promise<void> {
  const passwordHash = await hasher.hash(demoPassword);
  for (const [role, { id, email, name, roles }] of Object.entries(demoUsers)) {
    if (role === 'admin' && !admin) continue;
    await sql.query({
      text: `INSERT INTO users (id, email, name, password_hash, roles, email_verified)
        VALUES ($1, $2, $3, $4, $5, true)
        ON CONFLICT (id) DO UPDATE SET email = excluded.email, name = excluded.name, roles = excluded.roles,
          password_hash = excluded.password_hash, disabled = false, erased_at = NULL`,
      values: [id, email, name, passwordHash, [...roles]],
    });
  }
}
