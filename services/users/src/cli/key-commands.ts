import { addCommand, answers, type createCommand } from '@bramble/service-kit/base/command-line';
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
      const kid = await users.keys.rotate();
      return { value: { kid }, text: `access tokens are signed with ${kid} from now on` };
    }),
  );
}
