import { keyedHasher } from '@bramble/service-kit/base/derived-key';
import { consume } from '@bramble/service-kit/events/consume';
import { deadLetterEndpoints } from '@bramble/service-kit/events/dead-letter-endpoints';
import { postgresOutbox } from '@bramble/service-kit/events/postgres-outbox';
import { postgresStore } from '@bramble/service-kit/events/postgres-store';
import { counter } from '@bramble/service-kit/observe/metrics';
import { logSecurity } from '@bramble/service-kit/observe/security-log';
import { every } from '@bramble/service-kit/runtime/clock';
import type { Service } from '@bramble/service-kit/runtime/service';
import { createService } from '@bramble/service-kit/service/create-service';
import { personalDataEndpoint } from '@bramble/service-kit/service/personal-data';
import { openPostgres } from '@bramble/service-kit/stores/postgres';
import { openRedis } from '@bramble/service-kit/stores/redis';
import { createAccountRepository } from './account/account.repository';
import { accountRoutes } from './account/account.routes';
import { createAccountService } from './account/account.service';
import { createAdminRepository } from './admin/admin.repository';
import { adminRoutes } from './admin/admin.routes';
import { createAdminService } from './admin/admin.service';
import { auditConsumer } from './audit/audit.consumer';
import { createAuditRepository } from './audit/audit.repository';
import { auditRoutes } from './audit/audit.routes';
import { createAuditService } from './audit/audit.service';
import { authRoutes } from './auth/auth.routes';
import { createAuthService } from './auth/auth.service';
import type { UsersConfig } from './config';
import { openPrisma } from './db';
import { createDemoAccountsRepository } from './demo/demo-accounts.repository';
import { createDemoAccounts } from './demo/demo-accounts.service';
import { isDemoAccount } from './demo/demo-ids';
import { createKeyRepository } from './keys/key.repository';
import { keyRoutes } from './keys/key.routes';
import { createKeyService } from './keys/key.service';
import { createGuessLimitsRepository } from './limits/guess-limits.repository';
import { createGuessLimits } from './limits/guess-limits.service';
import { createLinkSigner } from './link/link-token';
import { createLinkRepository } from './link/link.repository';
import { createMailRepository } from './mail/mail.repository';
import { mailRoutes } from './mail/mail.routes';
import { createMailService } from './mail/mail.service';
import { createPasswordHasher } from './password/password-hasher';
import { passwordMetrics } from './password/password.metrics';
import { confirmRoutes } from './personal-data/confirm.routes';
import { createErasureRepository } from './personal-data/erasure.repository';
import { erasureRoutes } from './personal-data/erasure.routes';
import { createErasureService } from './personal-data/erasure.service';
import { createExportRepository } from './personal-data/export.repository';
import { createDenylistRepository, REVOCATION_SECONDS } from './session/denylist.repository';
import { createDenylistService } from './session/denylist.service';
import { sessionMetrics } from './session/session.metrics';
import { createSessionRepository } from './session/session.repository';
import { sessionRoutes } from './session/session.routes';
import { createSessionService } from './session/session.service';

/** Builds the users service: accounts, sessions, roles and the keys that sign access tokens. */
export function buildUsers(config: UsersConfig): Service {
  const service = createService({
    name: 'users',
    config,
    metrics: { ...sessionMetrics, ...passwordMetrics },
  });
  const { log } = service;
  const sql = openPostgres(service, { url: config.USERS_DATABASE_URL, max: config.DATABASE_CONNECTIONS });
  const redis = openRedis(service, { role: 'events', url: config.REDIS_EVENTS_URL, required: false });
  const outbox = postgresOutbox(service, { sql, redis, streams: ['users_stream'] });
  const store = postgresStore(sql, outbox);
  const db = openPrisma(sql);
  const logins = counter(service, 'bramble_logins_total');
  const reuse = counter(service, 'bramble_token_reuse_total');

  const accountRepository = createAccountRepository({ db, sql });
  const sessionRepository = createSessionRepository(sql);
  const links = createLinkRepository({ db, sql });
  const mails = createMailRepository({ db, sql, redis });

  const signer = createLinkSigner(service.keys.own());
  const keys = createKeyService({
    keys: createKeyRepository(db),
    secret: service.keys.own(),
    onRevoked: (kid) => logSecurity(log, 'signing_key_revoked', { kid }),
  });
  const denylist = createDenylistService({
    sessions: sessionRepository,
    denylist: createDenylistRepository(redis),
    log,
  });
  const mail = createMailService({ mails, accounts: accountRepository, links: signer, log });
  const limited = counter(service, 'bramble_rate_limited_total');
  const guesses = createGuessLimits({
    limits: createGuessLimitsRepository({ redis, factor: config.RATE_LIMIT_FACTOR }),
    onLimited: () => limited.inc({ limiter: 'account' }),
  });
  const hasher = createPasswordHasher(service);
  const demo = createDemoAccounts({
    accounts: createDemoAccountsRepository(sql),
    hasher,
    denylist,
    offered: { on: config.DEMO, admin: config.DEMO_ADMIN },
    log,
  });
  const accounts = createAccountService({
    accounts: accountRepository,
    hasher,
    denylist,
    guesses,
    demo,
    log,
  });
  const erasure = createErasureService({
    erasures: createErasureRepository({ sql, store }),
    accounts,
    guesses,
    denylist,
    demo,
    log,
  });
  const auth = createAuthService({
    accounts: accountRepository,
    links,
    signer,
    mail,
    hasher,
    denylist,
    guesses,
    demo,
    onLogin: (outcome) => logins.inc({ outcome }),
    hashOf: keyedHasher(service.keys.own(), 'accounts in logs'),
    log,
  });
  const sessions = createSessionService({
    sessions: sessionRepository,
    accountOf: accountRepository.byId,
    keys,
    denylist,
    isShared: isDemoAccount,
    onReuse: () => reuse.inc({}),
    log,
  });
  const admin = createAdminService({
    accounts: accountRepository,
    admin: createAdminRepository(sql),
    denylist,
    unlock: guesses.reset,
    everybodyIsAdmin: demo.opensAdmin,
    log,
  });

  const audit = createAuditService(createAuditRepository(sql));

  service.onStart('signing keys', () => keys.ensure());
  service.onStart('demo accounts', demo.prepare);
  service.mount([
    ...authRoutes({ auth, accounts, sessions, demo }),
    ...sessionRoutes(sessions),
    ...keyRoutes(keys),
    ...mailRoutes(mail),
    ...accountRoutes({ accounts, sessions }),
    ...erasureRoutes(erasure),
    ...confirmRoutes({ accounts, isFresh: sessionRepository.isFresh }),
    personalDataEndpoint(createExportRepository(db).read),
    ...adminRoutes(admin),
    ...auditRoutes(audit),
    ...deadLetterEndpoints(service, { store, group: 'users', audit: audit.record }),
  ]);
  consume(service, { redis, store, ...auditConsumer });
  every(service, { name: 'denylist', ms: 1_000, run: () => denylist.maintain() });
  every(service, { name: 'reset mails', ms: 1_000, run: () => mail.prepare() });
  every(service, { name: 'erased accounts', ms: 5_000, run: erasure.complete });
  every(service, {
    name: 'purge',
    ms: 600_000,
    run: (signal) =>
      Promise.all([
        sessionRepository.deleteOld(REVOCATION_SECONDS, signal),
        links.deleteOld(signal),
        mails.deleteOld(signal),
      ]),
  });
  return service;
}
