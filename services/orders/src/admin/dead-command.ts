import type { DeadLetter } from '@bramble/contracts/gateway';
import { discardDead, listDead, replayDead, showDead } from '@bramble/service-kit/dead-letters';
import type { Redis } from '@bramble/service-kit/redis';
import { streams } from '@bramble/contracts/events';

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

/** `bramble-admin dead …`: what failed for good, in words for a person. Answers what to print; throws on wrong words. */
export async function deadCommand(redis: Redis, [verb, ...rest]: readonly string[]): Promise<string> {
  if (verb === 'list') {
    const letters = await all(redis, streamsNamed(rest[0]));
    return letters.length === 0
      ? 'no dead letters'
      : `${letters.map(line).join('\n')}\n${letters.length} in all`;
  }
  if (verb === 'show' && rest[0] !== undefined)
    return JSON.stringify(await showDead({ redis }, rest[0]), null, 2);
  if ((verb === 'replay' || verb === 'discard') && rest[0] !== undefined) {
    const ids = rest[0] === 'all' ? (await all(redis, streamsNamed(rest[1]))).map(({ id }) => id) : rest;
    // Oldest first: later events of a key may stand on earlier ones.
    for (const id of [...ids].reverse()) await (verb === 'replay' ? replayDead : discardDead)({ redis }, id);
    return `${ids.length} ${verb === 'replay' ? 'sent through their handlers again; "dead list" shows those that failed once more' : 'discarded'}`;
  }
  throw new Error(`usage: ${deadUsage}`);
}
