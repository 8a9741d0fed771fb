import type { SqlSession } from '@bramble/service-kit/stores/sql';

/** What payments holds of erased accounts: amounts and ids, which bookkeeping needs, and tokens of cards. */
export function createErasureRepository(session: SqlSession) {
  /** Clears the tokens of settled attempts. An attempt under way loses its token when it settles. */
  async function clear(userIds: readonly string[]): Promise<void> {
    await session.query({
      text: `UPDATE payment_attempts SET token = '' WHERE user_id = ANY($1::uuid[]) AND status <> 'pending' AND token <> ''`,
      values: [userIds],
    });
  }

  return { clear };
}
