import { streams } from '@bramble/contracts/events';
import type { DeadLetter } from '@bramble/contracts/gateway';
import { AppError } from '@bramble/service-kit/base/errors';
import { discardDead, listDead, replayDead, showDead } from '@bramble/service-kit/events/dead-letters';
import type { Redis } from '@bramble/service-kit/stores/redis';

export const deadUsage =
  'dead list [STREAM] | dead show ID | dead replay ID… | dead discard ID… (ID may be "all", or "all STREAM")';

const PAGE = 100;

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
    throw new Error(`there is no stream ${name}; there are ${Object.keys(streams).join(', ')}`);
  return [name];
}

const line = (letter: DeadLetter) =>
  `${letter.id}  ${letter.failedAt}  ${letter.type}  key ${letter.key}  tries ${letter.attempts}\n    ${letter.error}`;

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

/** `bramble-admin dead …`: what failed for good, in words for a person. Answers what to print; throws on wrong words. */
export async function deadCommand(redis: Redis, [verb, ...rest]: readonly string[]): Promise<string> {
  const [first] = rest;
  if (verb === 'list' && rest.length <= 1) {
    const letters = await all(redis, streamsNamed(first));
    return letters.length === 0
      ? 'no dead letters'
      : `${letters.map(line).join('\n')}\n${letters.length} in all`;
  }
  if (verb === 'show' && first !== undefined && rest.length === 1) {
    let letter: DeadLetter | undefined;
    await onEach([first], async (id) => (letter = await showDead({ redis }, id)));
    return JSON.stringify(letter, null, 2);
  }
  if ((verb === 'replay' || verb === 'discard') && first !== undefined) {
    const ids = first === 'all' ? (await all(redis, streamsNamed(rest[1]))).map(({ id }) => id) : rest;
    const done = await onEach(ids, (id) => (verb === 'replay' ? replayDead : discardDead)({ redis }, id));
    return `${done} ${verb === 'replay' ? 'sent through their handlers again; "dead list" shows those that failed once more' : 'discarded'}`;
  }
  throw new Error(`usage: bramble-admin ${deadUsage}`);
}
