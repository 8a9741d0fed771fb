import { postgresOutbox } from '@bramble/service-kit/events/postgres-outbox';
import { postgresStore } from '@bramble/service-kit/events/postgres-store';
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
import { limitsKeyOf } from '../limits/guess-limits.repository';
import { createOperatorErasure } from '../personal-data/erasure.operator';
import { createErasureRepository } from '../personal-data/erasure.repository';
import { createDenylistRepository } from '../session/denylist.repository';
import { createDenylistService } from '../session/denylist.service';
import { createSessionRepository } from '../session/session.repository';

/** Runs a command with the parts of users that commands need. Redis may be away: users fills the denylist later. */
export async function withUsers<T>(
  act: (users: {
    admin: AdminService;
    keys: KeyService;
    erase: ReturnType<typeof createOperatorErasure>;
  }) => Promise<T>,
): Promise<T> {
  const config = { ...loadUsersConfig(), LOG_LEVEL: 'silent' as const };
  const service = createService({ name: 'users', config });
  const sql = openPostgres(service, { url: config.USERS_DATABASE_URL, max: 2 });
  const redis = openRedis(service, { role: 'events', url: config.REDIS_EVENTS_URL, required: false });
  const db = openPrisma(sql);
  try {
    await redis.connect().catch(() => undefined);
    const accounts = createAccountRepository({ db, sql });
    const denylist = createDenylistService({
      sessions: createSessionRepository(sql),
      denylist: createDenylistRepository(redis),
      log: service.log,
    });
    const admin = createAdminService({
      accounts,
      admin: createAdminRepository(sql),
      denylist,
      unlock: () => Promise.resolve(),
      // What the operator does is no act of a visitor.
      everybodyIsAdmin: false,
      log: service.log,
    });
    // The relay of the running service publishes the event.
    const store = postgresStore(sql, postgresOutbox(service, { sql, redis, streams: ['users_stream'] }));
    const erase = createOperatorErasure({
      accounts,
      erasures: createErasureRepository({ sql, store }),
      limitsKeyOf,
      denylist,
    });
    const keys = createKeyService({ keys: createKeyRepository(db), secret: service.keys.own() });
    return await act({ admin, keys, erase });
  } finally {
    await service.stop();
  }
}
