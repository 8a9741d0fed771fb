import {
  ACCESS_TOKEN_SECONDS,
  accountVersionKey,
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

  return {
    isReady: async (): Promise<boolean> => (await redis.exists(denylistReady)) === 1,

    /** Adds all entries, then marks the denylist as filled. */
    fill: async (revocations: readonly Revocation[]): Promise<void> => {
      const pipeline = redis.pipeline();
      for (const revocation of revocations) put(pipeline, revocation);
      pipeline.set(denylistReady, '1');
      await settle(pipeline);
    },

    /** Adds the entries and publishes them to the sockets. */
    announce: async (revocations: readonly Revocation[]): Promise<void> => {
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
    },

    onReconnect: (fn: () => void): void => void redis.on('ready', fn),
  };
}
