import { roleSchema } from '@bramble/contracts/users';
import { createService } from '@bramble/service-kit/service/create-service';
import { openPostgres } from '@bramble/service-kit/stores/postgres';
import { openRedis } from '@bramble/service-kit/stores/redis';
import { createAccountRepository } from '../account/account.repository';
import { createAdminRepository } from '../admin/admin.repository';
import { createAdminService } from '../admin/admin.service';
import type { UsersConfig } from '../config';
import { openPrisma } from '../db';
import { createKeyRepository } from '../keys/key.repository';
import { createKeyService } from '../keys/key.service';
import { createDenylistRepository } from '../session/denylist.repository';
import { createDenylistService } from '../session/denylist.service';
import { createSessionRepository } from '../session/session.repository';

export const adminUsage = 'user grant EMAIL ROLE | keys rotate';

/** Runs one command of `bramble-admin` that belongs to users and answers the line to print; throws on a wrong command. */
export async function runUsersAdmin(config: UsersConfig, words: readonly string[]): Promise<string> {
  const service = createService({ name: 'users', config });
  const sql = openPostgres(service, { url: config.USERS_DATABASE_URL, max: 2 });
  const redis = openRedis(service, { role: 'events', url: config.REDIS_EVENTS_URL, required: false });
  const db = openPrisma(sql);
  try {
    await redis.connect().catch(() => undefined);
    const [topic, verb, ...rest] = words;
    if (topic === 'user' && verb === 'grant') {
      const [email = '', role = ''] = rest;
      const admin = createAdminService({
        accounts: createAccountRepository({ db, sql }),
        admin: createAdminRepository({ db, sql }),
        denylist: createDenylistService({
          sessions: createSessionRepository(sql),
          denylist: createDenylistRepository(redis),
          log: service.log,
        }),
        unlock: () => Promise.resolve(),
      });
      const granted = roleSchema.safeParse(role);
      if (!granted.success)
        throw new Error(`there is no role "${role}"; there are ${roleSchema.options.join(', ')}`);
      const user = await admin.grant(email.trim().toLowerCase(), granted.data);
      return `${user.email} is now ${user.roles.join(', ')}`;
    }
    if (topic === 'keys' && verb === 'rotate') {
      const keys = createKeyService({ keys: createKeyRepository(db), secret: config.INTERNAL_TOKEN_KEY });
      return `access tokens are signed with ${await keys.rotate()} from now on`;
    }
    throw new Error(`usage: bramble-admin ${adminUsage}`);
  } finally {
    await service.stop();
  }
}
