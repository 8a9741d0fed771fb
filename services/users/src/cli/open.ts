import { createService } from '@bramble/service-kit/service/create-service';
import { openPostgres } from '@bramble/service-kit/stores/postgres';
import { openRedis } from '@bramble/service-kit/stores/redis';
import { createAccountRepository } from '../account/account.repository';
import { createAdminRepository } from '../admin/admin.repository';
import { type AdminService, createAdminService } from '../admin/admin.service';
import { loadUsersConfig } from '../config';
import { openPrisma } from '../db';
import { createKeyRepository } from '../keys/key.repository';
import { createKeyService, type KeyService } from '../keys/key.service';
import { createDenylistRepository } from '../session/denylist.repository';
import { createDenylistService } from '../session/denylist.service';
import { createSessionRepository } from '../session/session.repository';

/** Runs a command with the parts of users that commands need. Redis may be away: users fills the denylist later. */
export async function withUsers<T>(
  act: (users: { admin: AdminService; keys: KeyService }) => Promise<T>,
): Promise<T> {
  const config = { ...loadUsersConfig(), LOG_LEVEL: 'silent' as const };
  const service = createService({ name: 'users', config });
  const sql = openPostgres(service, { url: config.USERS_DATABASE_URL, max: 2 });
  const redis = openRedis(service, { role: 'events', url: config.REDIS_EVENTS_URL, required: false });
  const db = openPrisma(sql);
  try {
    await redis.connect().catch(() => undefined);
    const admin = createAdminService({
      accounts: createAccountRepository({ db, sql }),
      admin: createAdminRepository(sql),
      denylist: createDenylistService({
        sessions: createSessionRepository(sql),
        denylist: createDenylistRepository(redis),
        log: service.log,
      }),
      unlock: () => Promise.resolve(),
      log: service.log,
    });
    const keys = createKeyService({ keys: createKeyRepository(db), secret: service.keys.own() });
    return await act({ admin, keys });
  } finally {
    await service.stop();
  }
}
