import {
  ACCESS_TOKEN_SECONDS,
  accountVersionKey,
  DENYLIST_READY_SECONDS,
  denylistComplete,
  denylistReady,
  sessionEndedKey,
  type SessionsEnded,
  sessionsEndedChannel,
} from '@bramble/contracts/sessions';
import type { Redis } from '@bramble/service-kit/stores/redis';
import type { Revocation } from './session.repository';

/** The validity of an access token plus the allowed clock difference. */
export const REVOCATION_SECONDS = ACCESS_TOKEN_SECONDS + 60;

export type DenylistRepository = ReturnType<typeof createDenylistRepository>;

export function createDenylistRepository(redis: Redis) {
  const settle = async (pipeline: ReturnType<Redis['pipeline']>) => {
    // A transaction that Redis refuses throws; a pipeline answers an error per command.
    for (const [error] of (await pipeline.exec()) ?? []) if (error) throw error;
  };
  const put = (pipeline: ReturnType<Redis['pipeline']>, revocation: Revocation) =>
    'sessionId' in revocation
      ? pipeline.set(sessionEndedKey(revocation.sessionId), '1', 'EX', REVOCATION_SECONDS)
      : pipeline.set(
          accountVersionKey(revocation.userId),
          String(revocation.version),
          'EX',
          REVOCATION_SECONDS,
        );

  /** Adds the entries and marks the denylist as ready for DENYLIST_READY_SECONDS; does both or nothing. */
  async function fill(revocations: readonly Revocation[]): Promise<void> {
    const transaction = redis.multi();
    for (const revocation of revocations) put(transaction, revocation);
    transaction.set(denylistComplete, '1').set(denylistReady, '1', 'EX', DENYLIST_READY_SECONDS);
    await settle(transaction);
  }

  /** Makes the gateway ask users. Redis deletes keys also when its memory is full, but not when it refuses every write. */
  async function distrust(): Promise<void> {
    await redis.del(denylistReady, denylistComplete);
  }

  /** Adds the entries and publishes them to the sockets. */
  async function announce(revocations: readonly Revocation[]): Promise<void> {
    const pipeline = redis.pipeline();
    for (const revocation of revocations) {
      put(pipeline, revocation);
      const ended: SessionsEnded =
        'sessionId' in revocation
          ? { userId: revocation.userId, sessionId: revocation.sessionId }
          : { userId: revocation.userId };
      pipeline.publish(sessionsEndedChannel, JSON.stringify(ended));
    }
    await settle(pipeline);
  }

  return {
    isReady: async (): Promise<boolean> => (await redis.exists(denylistReady)) === 1,
    fill,
    distrust,
    announce,
    onReconnect: (fn: () => void): void => void redis.on('ready', fn),
  };
}
