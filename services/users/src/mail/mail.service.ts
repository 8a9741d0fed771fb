import type { MailJob } from '@bramble/contracts/users';
import { AppError } from '@bramble/service-kit/base/errors';
import { newId } from '@bramble/service-kit/base/ids';
import type { Logger } from '@bramble/service-kit/observe/logger';
import type { AccountRepository } from '../account/account.repository';
import { prepareLink } from '../link/link';
import type { LinkSigner } from '../link/link-token';
import type { MailRepository } from './mail.repository';

export type MailService = ReturnType<typeof createMailService>;

/** Records mails to send. The database row is the mail; `queue:emails` only says that there is one, to a service that does not exist yet. */
export function createMailService({
  mails,
  accounts,
  links,
  log,
}: {
  mails: MailRepository;
  accounts: AccountRepository;
  links: LinkSigner;
  log: Pick<Logger, 'warn'>;
}) {
  const wake = async (id: string) => {
    await mails.wake(id).catch((error: unknown) => {
      log.warn({ err: error }, 'the mail queue could not be woken');
    });
  };

  /**
   * Requests a reset mail. The account is looked up later, so that the response time does not reveal whether it
   * exists.
   */
  function requestReset(email: string) {
    return mails.request(newId(), 'reset-password', email);
  }

  /** Creates the links of requested mails, and deletes requests of unknown addresses. */
  async function prepare(): Promise<void> {
    for (const { id, recipient } of await mails.requested()) {
      const account = await accounts.byEmail(recipient);
      if (!account || account.disabled) {
        await mails.drop(id);
        continue;
      }
      await mails.makeReady(id, prepareLink(newId(), account.id, 'reset-password'));
      await wake(id);
    }
  }

  async function pending(): Promise<MailJob[]> {
    return Promise.all(
      (await mails.pending()).map(async ({ id, kind, recipient, name, linkId, createdAt }) => ({
        id,
        kind,
        to: recipient,
        name,
        path: `/${kind}?token=${encodeURIComponent(await links.sign(kind, linkId))}`,
        createdAt: createdAt.toISOString(),
      })),
    );
  }

  async function markTaken(id: string): Promise<void> {
    if (!(await mails.markTaken(id))) throw new AppError('not_found');
  }

  return { wake, requestReset, prepare, pending, markTaken };
}
