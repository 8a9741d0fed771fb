import type { MailJob } from '@bramble/contracts/users';
import { AppError } from '@bramble/service-kit/base/errors';
import { newId } from '@bramble/service-kit/base/ids';
import type { Logger } from '@bramble/service-kit/observe/logger';
import type { AccountRepository } from '../account/account.repository';
import { prepareLink } from '../link/link';
import type { LinkSigner } from '../link/link-token';
import type { MailRepository } from './mail.repository';

export type MailService = ReturnType<typeof createMailService>;

/** Owes people mails: the row is the mail, `queue:emails` only wakes whoever sends it. */
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

  return {
    wake,

    /** Asks for a reset mail. The account is looked up later, so that the answer tells nothing by its time. */
    askReset: (email: string) => mails.ask(newId(), 'reset-password', email),

    /** Gives the mails that were asked for their links, and forgets those nobody is owed. */
    prepare: async (): Promise<void> => {
      for (const { id, recipient } of await mails.asked()) {
        const account = await accounts.byEmail(recipient);
        if (!account || account.disabled) {
          await mails.drop(id);
          continue;
        }
        await mails.makeReady(id, prepareLink(newId(), account.id, 'reset-password'));
        await wake(id);
      }
    },

    owed: async (): Promise<MailJob[]> =>
      Promise.all(
        (await mails.owed()).map(async ({ id, kind, recipient, name, linkId, createdAt }) => ({
          id,
          kind,
          to: recipient,
          name,
          path: `/${kind}?token=${encodeURIComponent(await links.sign(kind, linkId))}`,
          createdAt: createdAt.toISOString(),
        })),
      ),

    taken: async (id: string): Promise<void> => {
      if (!(await mails.taken(id))) throw new AppError('not_found');
    },
  };
}
