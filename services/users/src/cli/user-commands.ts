import type { Role } from '@bramble/contracts/operation';
import { type AdminUser, roleSchema } from '@bramble/contracts/users';
import {
  addCommand,
  answers,
  type CommandResult,
  confirm,
  type createCommand,
  UsageError,
  withYes,
} from '@bramble/service-kit/base/command-line';
import { operatorName } from '@bramble/service-kit/base/config';
import { withUsers } from './open';

/** `bramble-admin user …` */
export function addUserCommands(program: ReturnType<typeof createCommand>): void {
  const user = addCommand(program, 'user', {
    does: 'Gives an account a role, takes one from it, or erases it.',
    example: 'bramble-admin user grant you@example.com admin',
  });
  const grant = addCommand(user, 'grant <EMAIL> <ROLE>', {
    does: `Gives an account a role: ${roleSchema.options.join(', ')}.`,
    example: 'bramble-admin user grant you@example.com admin',
  });
  answers(grant, ([email = '', name = '']) => {
    const role = roleNamed(name);
    return withUsers(async ({ admin }) =>
      asAnswer(await admin.grant(addressOf(email), role, operatorName())),
    );
  });
  const revoke = addCommand(user, 'revoke <EMAIL> <ROLE>', {
    does: 'Takes a role from an account, after a question.',
    example: 'bramble-admin user revoke you@example.com admin --yes',
  });
  answers<{ yes?: boolean }>(withYes(revoke), async ([email = '', name = ''], options) => {
    const role = roleNamed(name);
    await confirm(`Take the role ${role} from ${addressOf(email)}?`, options);
    return withUsers(async ({ admin }) =>
      asAnswer(await admin.revoke(addressOf(email), role, operatorName())),
    );
  });
  const erase = addCommand(user, 'erase <ACCOUNT>', {
    does: 'Erases an account, named by its mail address or id, here and in every other service, after a question.',
    example: 'bramble-admin user erase you@example.com --yes',
  });
  answers<{ yes?: boolean }>(withYes(erase), async ([name = ''], options) => {
    await confirm(`Erase the account ${addressOf(name)} for good?`, options);
    return withUsers(async (users) => {
      const id = await users.erase(addressOf(name), operatorName());
      return { value: { id }, text: `${id} is erased` };
    });
  });
}

const addressOf = (typed: string): string => typed.trim().toLowerCase();

function roleNamed(name: string): Role {
  const role = roleSchema.safeParse(name);
  if (!role.success)
    throw new UsageError(`there is no role "${name}"; there are ${roleSchema.options.join(', ')}`);
  return role.data;
}

const asAnswer = ({ email, roles }: AdminUser): CommandResult => ({
  value: { email, roles },
  text: `${email} is now ${roles.join(', ')}`,
});
