import type { Logger } from '@bramble/service-kit/observe/logger';
import { type DenylistRepository, REVOCATION_SECONDS } from './denylist.repository';
import type { Revocation, SessionRepository } from './session.repository';

export type DenylistService = ReturnType<typeof createDenylistService>;

/**
 * Keeps the denylist in Redis equal to the database. A revocation is written right after its commit. When that fails,
 * or Redis reconnects, or its data is lost, the whole list is written again.
 */
export function createDenylistService({
  sessions,
  denylist,
  log,
}: {
  sessions: SessionRepository;
  denylist: DenylistRepository;
  log: Pick<Logger, 'warn' | 'info'>;
}) {
  let stale = true;
  denylist.onReconnect(() => {
    stale = true;
  });

  return {
    announce: async (revocations: readonly Revocation[]): Promise<void> => {
      if (revocations.length === 0) return;
      try {
        await denylist.announce(revocations);
      } catch (error) {
        stale = true;
        log.warn({ err: error }, 'the denylist could not be written; it will be written when Redis is back');
      }
    },

    /** Called every second. */
    maintain: async (): Promise<void> => {
      if (!stale && (await denylist.isReady())) return;
      stale = false;
      try {
        const recent = await sessions.recentRevocations(REVOCATION_SECONDS);
        await denylist.fill(recent);
        log.info({ entries: recent.length }, 'denylist filled');
      } catch (error) {
        stale = true;
        throw error;
      }
    },
  };
}
