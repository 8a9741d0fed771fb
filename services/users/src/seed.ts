import { demoPassword, demoUsers } from '@bramble/contracts/demo';
import { createService } from '@bramble/service-kit/create-service';
import { openPostgres } from '@bramble/service-kit/postgres';
import type { UsersConfig } from './config';
import { createPasswordHasher } from './password/password-hasher';

/**
 * Makes the demo accounts as contracts/demo.ts names them, or puts them right again; the admin only with DEMO_ADMIN.
 * Safe to run at any time and by several at once.
 */
export async function seedUsers(config: UsersConfig): Promise<void> {
  const service = createService({ name: 'users', config });
  const sql = openPostgres(service, { url: config.USERS_DATABASE_URL, max: 1 });
  try {
    const passwordHash = await createPasswordHasher(service).hash(demoPassword);
    for (const [role, { id, email, name, roles }] of Object.entries(demoUsers)) {
      if (role === 'admin' && !config.DEMO_ADMIN) continue;
      await sql.query({
        text: `INSERT INTO users (id, email, name, password_hash, roles, email_verified)
          VALUES ($1, $2, $3, $4, $5, true)
          ON CONFLICT (id) DO UPDATE SET email = excluded.email, name = excluded.name, roles = excluded.roles,
            password_hash = excluded.password_hash, disabled = false, erased_at = NULL`,
        values: [id, email, name, passwordHash, [...roles]],
      });
    }
  } finally {
    await service.stop();
  }
}
