import {
  addCommand,
  answers,
  confirm,
  type createCommand,
  UsageError,
  withYes,
} from '@bramble/service-kit/base/command-line';
import { operatorName } from '@bramble/service-kit/base/config';
import { withUsers } from './open';

/** `bramble-admin keys …` */
export function addKeyCommands(program: ReturnType<typeof createCommand>): void {
  const keys = addCommand(program, 'keys', {
    does: 'Looks after the keys that sign access tokens.',
    example: 'bramble-admin keys rotate',
  });
  const rotate = addCommand(keys, 'rotate', {
    does: 'Signs access tokens with the next key. Tokens that were signed before stay good until they expire.',
    example: 'bramble-admin keys rotate',
  });
  answers(rotate, () =>
    withUsers(async (users) => {
      const kid = await users.keys.rotate(operatorName());
      return { value: { kid }, text: `access tokens are signed with ${kid} from now on` };
    }),
  );
  const list = addCommand(keys, 'list', {
    does: 'Lists the keys whose access tokens are good.',
    example: 'bramble-admin keys list',
  });
  answers(list, () =>
    withUsers(async (users) => {
      const all = await users.keys.list();
      return { value: all, text: all.map(({ kid, state }) => `${kid}  ${state}`).join('\n') };
    }),
  );
  const revoke = addCommand(keys, 'revoke <KID>', {
    does: 'Ends a leaked key, after a question: within seconds no access token that it signed is good any more.',
    example: 'bramble-admin keys revoke 0b7c6f0e-6d0b-4a43-9a53-1a5ed8d3d1d1 --yes',
  });
  answers<{ yes?: boolean }>(withYes(revoke), async ([kid = ''], options) => {
    await confirm(`Refuse every access token that ${kid} signed?`, options);
    return withUsers(async (users) => {
      const signing = await users.keys.revoke(kid, operatorName());
      if (signing === undefined) throw new UsageError(`there is no key "${kid}"; keys list shows them`);
      return {
        value: { revoked: kid, signing },
        text: `${kid} is revoked; access tokens are signed with ${signing} from now on`,
      };
    });
  });
}
