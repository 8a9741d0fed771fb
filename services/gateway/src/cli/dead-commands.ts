import { streams } from '@bramble/contracts/events';
import type { DeadLetter } from '@bramble/contracts/gateway';
import {
  addCommand,
  answers,
  confirm,
  type createCommand,
  UsageError,
  withYes,
} from '@bramble/service-kit/base/command-line';
import { AppError } from '@bramble/service-kit/base/errors';
import type { DeadLettersService } from '../dead-letters/dead-letters.service';
import { byCause, inWords } from './dead-words';
import { withLetters } from './open';

type Program = ReturnType<typeof createCommand>;

const IDS = 'ID is a letter, a cause, "all", or "all STREAM".';

/** `bramble-admin dead …`: lists, replays and discards dead letters, by cause. */
export function addDeadCommands(program: Program): void {
  const dead = addCommand(program, 'dead', {
    does: "Lists events that failed for good, sends them again, or deletes them. It asks the shop's services, which have to run.",
    example: 'bramble-admin dead list',
  });
  const list = addCommand(dead, 'list [STREAM|CAUSE]', {
    does: 'Prints the dead letters of all services by their cause, or those of one stream or cause.',
    example: 'bramble-admin dead list orders_stream',
  });
  answers(list, ([name]) =>
    withLetters(async (letters) => {
      const value = await named(letters, name);
      return { value, text: inWords(value, { all: name?.includes('.') ?? false }) };
    }),
  );
  const show = addCommand(dead, 'show <ID>', {
    does: 'Prints one dead letter with its error and its payload, as JSON.',
    example: 'bramble-admin dead show orders_stream.payments.01980000-0000-7000-8000-000000000001',
  });
  answers(show, ([id = '']) =>
    withLetters(async (letters) => {
      const value = await letters.show(id).catch((error: unknown) => {
        throw isGone(error) ? new Error(`there is no dead letter ${id}`) : error;
      });
      return { value, text: JSON.stringify(value, null, 2) };
    }),
  );
  addReplay(dead);
  addDiscard(dead);
}

function addReplay(dead: Program): void {
  const replay = addCommand(dead, 'replay <ID...>', {
    does: `Sends dead letters through their handlers again. ${IDS}`,
    example: 'bramble-admin dead replay all orders_stream',
  });
  answers(replay, (names) =>
    withLetters(async (letters) => {
      let left = 0;
      const { done: replayed, missing } = await onEach(await idsNamed(letters, names), async (id) => {
        const outcome = await replayOne(letters, id);
        left += outcome.left;
        return outcome.sent;
      });
      return {
        value: { replayed, ...(left > 0 ? { left } : {}) },
        text: `${replayed} sent through their handlers again; "dead list" shows those that failed once more`,
        problem: problemOf({ left, missing }),
      };
    }),
  );
}

function addDiscard(dead: Program): void {
  const discard = addCommand(dead, 'discard <ID...>', {
    does: `Deletes dead letters for good, after a question. ${IDS}`,
    example: 'bramble-admin dead discard all --yes',
  });
  answers<{ yes?: boolean }>(withYes(discard), (names, options) =>
    withLetters(async (letters) => {
      const ids = await idsNamed(letters, names);
      const count = ids.length > 0 ? await countOf(letters, ids) : 0;
      if (count > 0)
        await confirm(`Delete ${count} dead ${count === 1 ? 'letter' : 'letters'} for good?`, options);
      const { done: discarded, missing } = await onEach(ids, async (id) => {
        if (isCause(id)) return letters.discardCause(id);
        await letters.discard(id);
        return 1;
      });
      return {
        value: { discarded },
        text: `${discarded} discarded`,
        problem: problemOf({ left: 0, missing }),
      };
    }),
  );
}

const isGone = (error: unknown): boolean => error instanceof AppError && error.code === 'not_found';
/** The answer when none of the letters that were to be sent again is an event. */
const isNoEvent = (error: unknown): boolean => error instanceof AppError && error.code === 'conflict';
/** An event's id has hyphens, the id of a cause has none. */
const isCause = (id: string): boolean => !(id.split('.')[2] ?? '').includes('-');

function checkStream(name: string): void {
  if (!(name in streams))
    throw new UsageError(`there is no stream ${name}; there are ${Object.keys(streams).join(', ')}`);
}

/** The letters of a stream, of a cause, or all of them. */
async function named(letters: DeadLettersService, name: string | undefined): Promise<DeadLetter[]> {
  const isId = name?.includes('.') ?? false;
  if (name !== undefined && !isId) checkStream(name);
  const all = await letters.listAll();
  if (name === undefined) return all;
  const found = all.filter(({ stream, causeId }) => (isId ? causeId : stream) === name);
  if (isId && found.length === 0) throw new Error(`there is no dead letter ${name}`);
  return found;
}

/** The ids that the words name; "all" names every cause, the one with the oldest letter first. */
async function idsNamed(letters: DeadLettersService, names: readonly string[]): Promise<readonly string[]> {
  const [first, stream, ...more] = names;
  if (first !== 'all') return names;
  if (more.length > 0) throw new UsageError('after "all" comes one stream or nothing');
  const oldestFirst = (await named(letters, stream)).reverse();
  return [...byCause(oldestFirst).keys()];
}

async function countOf(letters: DeadLettersService, ids: readonly string[]): Promise<number> {
  const causes = new Set(ids.filter(isCause));
  const single = ids.length - causes.size;
  if (causes.size === 0) return single;
  return single + (await letters.listAll()).filter(({ causeId = '' }) => causes.has(causeId)).length;
}

/** Sends a letter, or those of a cause. What is no event stays, and does not stop the other letters. */
async function replayOne(letters: DeadLettersService, id: string): Promise<{ sent: number; left: number }> {
  try {
    if (isCause(id)) return await letters.replayCause(id);
    await letters.replay(id);
    return { sent: 1, left: 0 };
  } catch (error) {
    if (!isNoEvent(error)) throw error;
    return { sent: 0, left: await countOf(letters, [id]) };
  }
}

const nothingNamed = (ids: readonly string[]): string => `there is no dead letter ${ids.join(', ')}`;

/** Runs `act` on each id and adds up the letters. An id that no letter has does not stop the others; it throws when none has one. */
async function onEach(
  ids: readonly string[],
  act: (id: string) => Promise<number>,
): Promise<{ done: number; missing: string[] }> {
  const missing: string[] = [];
  let done = 0;
  for (const id of ids) {
    try {
      done += await act(id);
    } catch (error) {
      if (!isGone(error)) throw error;
      missing.push(id);
    }
  }
  if (missing.length > 0 && missing.length === ids.length) throw new Error(nothingNamed(missing));
  return { done, missing };
}

/** What a command left undone, in one sentence; undefined when it did everything. */
function problemOf({ left, missing }: { left: number; missing: readonly string[] }): string | undefined {
  const them = left === 1 ? 'it' : 'them';
  const parts = [
    ...(left > 0 ? [`${left} can only be discarded, as no schema accepts ${them}`] : []),
    ...(missing.length > 0 ? [nothingNamed(missing)] : []),
  ];
  return parts.length > 0 ? parts.join('; ') : undefined;
}
