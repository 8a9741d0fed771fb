import { type PersonalData, personalDataApi } from '@bramble/contracts/personal-data';
import { usersApi } from '@bramble/contracts/users';
import type { Actor } from '@bramble/service-kit/base/actor';
import { AppError, isRefusal } from '@bramble/service-kit/base/errors';
import type { Upstream } from '@bramble/service-kit/http/client';
import type { SlowSender, SlowTurns } from '../limits/slow-turns';

export type ExportService = ReturnType<typeof createExportService>;

/** The services that hold data of persons. */
const holders = ['users', 'orders', 'payments', 'delivery', 'catalog'] as const;
type Holder = (typeof holders)[number];

/** A password waits for its turn to be hashed. */
const CONFIRM_MS = 120_000;
/** A seller may have thousands of orders. */
const READ_MS = 30_000;

/**
 * Collects what every service holds of a person. Without a password the session must have just begun. A person has to be
 * able to rely on it, so a service that does not answer makes the whole export fail.
 */
export function createExportService({
  upstreams,
  inSlowTurn,
}: {
  upstreams: Readonly<Record<Holder, Upstream>>;
  inSlowTurn: SlowTurns;
}) {
  async function readFrom(holder: Holder, as: Actor): Promise<PersonalData> {
    try {
      return await upstreams[holder].call(personalDataApi.read, { as, timeoutMs: READ_MS });
    } catch (error) {
      if (isRefusal(error)) throw error;
      throw new AppError('unavailable', {
        detail: `${holder} does not answer, so nothing was exported; try again later`,
        cause: error,
      });
    }
  }

  /** `given` is the password, and who sent it. */
  return async (as: Actor, given?: { password: string; sender: SlowSender }): Promise<PersonalData> => {
    const body = given ? { password: given.password } : {};
    const confirm = () => upstreams.users.call(usersApi.confirm, { as, body, timeoutMs: CONFIRM_MS });
    await (given ? inSlowTurn({ name: 'users', ...given.sender }, confirm) : confirm());
    const parts = await Promise.all(holders.map((holder) => readFrom(holder, as)));
    return Object.assign({ exportedAt: new Date().toISOString() }, ...parts) as PersonalData;
  };
}
