import { streams } from '@bramble/contracts/events';
import type { DeadLetter } from '@bramble/contracts/gateway';
import {
  addCommand,
  answers,
  confirm,
  paintFor,
  UsageError,
  withYes,
} from '@bramble/service-kit/base/command-line';
import { AppError } from '@bramble/service-kit/base/errors';
import { discardDead, listDead, replayDead, showDead } from '@bramble/service-kit/events/dead-letters';
import type { Redis } from '@bramble/service-kit/stores/redis';
import { type Program, withRedis } from './open';

const PAGE = 100;
const IDS = 'ID may be "all", or "all STREAM".';

/** `bramble-admin dead …`: what failed for good. It needs Redis alone, so that it works while services are down. */
export function addDeadCommands(program: Program): void {
  const dead = addCommand(program, 'dead', {
    does: 'Lists events that failed for good, sends them again, or deletes them.',
    example: 'bramble-admin dead list',
  });
  const list = addCommand(dead, 'list [STREAM]', {
    does: 'Prints the dead letters of all streams or of one, newest first.',
    example: 'bramble-admin dead list orders_stream',
  });
  answers(list, ([stream]) =>
    withRedis(async (redis) => {
      const value = await all(redis, streamsNamed(stream));
      return { value, text: inWords(value) };
    }),
  );
  const show = addCommand(dead, 'show <ID>', {
    does: 'Prints one dead letter with its error and its payload, as JSON.',
    example: 'bramble-admin dead show orders_stream.payments.1700000000000-0',
  });
  answers(show, (ids) =>
    withRedis(async (redis) => {
      const letters: DeadLetter[] = [];
      await onEach(ids, async (id) => void letters.push(await showDead({ redis }, id)));
      return { value: letters[0], text: JSON.stringify(letters[0], null, 2) };
    }),
  );
  const replay = addCommand(dead, 'replay <ID...>', {
    does: `Sends dead letters through their handlers again. ${IDS}`,
    example: 'bramble-admin dead replay all orders_stream',
  });
  answers(replay, (names) =>
    withRedis(async (redis) => {
      const replayed = await onEach(await idsNamed(redis, names), (id) => replayDead({ redis }, id));
      return {
        value: { replayed },
        text: `${replayed} sent through their handlers again; "dead list" shows those that failed once more`,
      };
    }),
  );
  const discard = addCommand(dead, 'discard <ID...>', {
    does: `Deletes dead letters for good, after a question. ${IDS}`,
    example: 'bramble-admin dead discard all --yes',
  });
  answers<{ yes?: boolean }>(withYes(discard), (names, options) =>
    withRedis(async (redis) => {
      const ids = await idsNamed(redis, names);
      if (ids.length > 0)
        await confirm(
          `Delete ${ids.length} dead ${ids.length === 1 ? 'letter' : 'letters'} for good?`,
          options,
        );
      const discarded = await onEach(ids, (id) => discardDead({ redis }, id));
      return { value: { discarded }, text: `${discarded} discarded` };
    }),
  );
}

async function all(redis: Redis, only: readonly string[]): Promise<DeadLetter[]> {
  const letters: DeadLetter[] = [];
  let cursor: string | undefined;
  do {
    const page = await listDead({ redis, streams: only }, { limit: PAGE, cursor });
    letters.push(...page.items);
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  return letters;
}

function streamsNamed(name: string | undefined): readonly string[] {
  if (name === undefined) return Object.keys(streams);
  if (!(name in streams))
    throw new UsageError(`there is no stream ${name}; there are ${Object.keys(streams).join(', ')}`);
  return [name];
}

/** The letters that the words name, one by one or all of them. */
async function idsNamed(redis: Redis, names: readonly string[]): Promise<readonly string[]> {
  const [first, stream, ...more] = names;
  if (first !== 'all') return names;
  if (more.length > 0) throw new UsageError('after "all" comes one stream or nothing');
  return (await all(redis, streamsNamed(stream))).map(({ id }) => id);
}

function inWords(letters: readonly DeadLetter[]): string {
  if (letters.length === 0) return 'no dead letters';
  const paint = paintFor(process.stdout);
  const lines = letters.map(
    ({ id, failedAt, type, key, attempts, error }) =>
      `${paint('bold', id)}  ${failedAt}  ${type}  key ${key}  tries ${attempts}\n    ${paint('red', error)}`,
  );
  return `${lines.join('\n')}\n${letters.length} in all`;
}

/** Runs `act` on each letter; the ids that no letter has do not keep the others from it. */
async function onEach(ids: readonly string[], act: (id: string) => Promise<unknown>): Promise<number> {
  const missing: string[] = [];
  // Oldest first: later events of a key may stand on earlier ones.
  for (const id of [...ids].reverse()) {
    try {
      await act(id);
    } catch (error) {
      if (!(error instanceof AppError && error.code === 'not_found')) throw error;
      missing.push(id);
    }
  }
  const done = ids.length - missing.length;
  if (missing.length > 0)
    throw new Error(
      `there is no dead letter ${missing.join(', ')}${done > 0 ? `; done with the other ${done}` : ''}`,
    );
  return done;
}
