import type { Logger } from '@bramble/service-kit/observe/logger';
import { logSecurity } from '@bramble/service-kit/observe/security-log';
import { type DenylistRepository, REVOCATION_SECONDS } from './denylist.repository';
import type { Revocation, SessionRepository } from './session.repository';

export type DenylistService = ReturnType<typeof createDenylistService>;

/**
 * Each second the revocations of this long are written again. Another users process may have failed to write its own,
 * and a transaction may commit some seconds after the time in its row.
 */
const OVERLAP_SECONDS = 20;

/**
 * Keeps the denylist in Redis equal to the database. A revocation is written right after its commit. When that fails,
 * the list counts as incomplete at once, so that the gateway asks users. After that, and when Redis reconnects or lost
 * its data, the whole list is written again.
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

  const isStale = () => stale;
  /** While Redis cannot be reached either, or refuses deletions too, the mark expires by itself within 5 s. */
  const distrust = () => denylist.distrust().catch(() => undefined);

  async function announce(revocations: readonly Revocation[]): Promise<void> {
    if (revocations.length === 0) return;
    for (const ended of revocations) {
      if (!('sessionId' in ended)) continue;
      const { userId, sessionId, reason } = ended;
      logSecurity(log, 'session_ended', { user_id: userId, session_id: sessionId, reason });
    }
    try {
      await denylist.announce(revocations);
    } catch (error) {
      stale = true;
      log.warn({ err: error }, 'the denylist could not be written; the gateway asks users until it is');
      await distrust();
    }
  }

  /** Called every second. */
  async function maintain(): Promise<void> {
    const whole = stale || !(await denylist.isReady());
    stale = false;
    try {
      const recent = await sessions.recentRevocations(whole ? REVOCATION_SECONDS : OVERLAP_SECONDS);
      await denylist.fill(recent);
      if (whole) log.info({ entries: recent.length }, 'denylist filled');
      // A revocation that could not be written in the meantime may be missing in what was read.
      if (isStale()) await distrust();
    } catch (error) {
      stale = true;
      throw error;
    }
  }

  return { announce, maintain };
}
