import { z } from 'zod';
import type { OperatorActed } from '@bramble/contracts/events';
import { type DeadLetter, deadLettersApi, gatewayApi } from '@bramble/contracts/gateway';
import type { Page } from '@bramble/contracts/page';
import { type Change, operatorRecordOf } from '../base/act';
import { decodeCursor, toPage } from '../base/cursor';
import { AppError } from '../base/errors';
import { endpoint } from '../http/endpoint';
import type { Telemetry } from '../observe/telemetry';
import type { Mountable } from '../runtime/service';
import { toDeadLetter } from './dead-letters/letter';
import { exportDeadLetters } from './dead-letters/letter-metrics';
import type { LetterStore } from './dead-letters/letter-store';
import type { UnitStore } from './unit';

const cursorSchema = z.tuple([z.iso.datetime(), z.guid(), z.string()]);

/** A page of a group's dead letters, newest first. A malformed cursor is `invalid_input`. */
async function listLetters(
  letters: LetterStore,
  { limit, cursor }: { limit: number; cursor?: string | undefined },
): Promise<Page<DeadLetter>> {
  const position = cursor === undefined ? undefined : decodeCursor(cursor, cursorSchema);
  const after = position && {
    failedAt: new Date(position[0]),
    eventId: position[1].toLowerCase(),
    group: position[2],
  };
  const rows = await letters.page({ limit: limit + 1, after });
  const { group } = letters;
  return toPage(
    rows,
    limit,
    (letter) => toDeadLetter(group, letter),
    (letter) => [letter.failedAt.toISOString(), letter.eventId, group],
  );
}

/** The last part of an id `<stream>.<group>.<…>`; `not_found` when it names another group. */
function ownPart({ group }: LetterStore, id: string): { stream: string; part: string } {
  const [stream = '', owner, part = ''] = id.split('.');
  if (owner !== group) throw new AppError('not_found');
  return { stream, part };
}

/** The letter that an id names; `not_found` when it is gone, or another group's. */
async function letterNamed(letters: LetterStore, id: string) {
  const { stream, part } = ownPart(letters, id);
  const letter = z.guid().safeParse(part).success ? await letters.find(part.toLowerCase()) : undefined;
  if (letter?.stream !== stream) throw new AppError('not_found');
  return letter;
}

/** The letter or the cause that a request names, and the person at a command line who sent it. */
interface Asked {
  params: { id: string };
  query: { operator?: string | undefined };
}

export interface DeadLetterEndpoints<Tx, Loaded> {
  store: UnitStore<Tx, Loaded>;
  group: string;
  /** Commits the audit entry of a replay or discard, by an admin or an operator, before it is done. */
  audit: (change: Change) => Promise<void>;
}

/** The `audit` of a service with an outbox; `type` tells what a person did with a command. */
export const auditBy =
  ({ transaction }: Pick<UnitStore<unknown>, 'transaction'>, type: OperatorActed) =>
  (change: Change): Promise<void> =>
    transaction((unit) => {
      const payload = operatorRecordOf(change);
      if (payload) unit.publish([{ type, payload }]);
      else unit.record(change);
      return Promise.resolve();
    });

/**
 * The internal routes through which the gateway and its commands reach the dead letters of this service's group; and the
 * metrics of the letters.
 */
export function deadLetterEndpoints<Tx, Loaded>(
  service: Telemetry,
  { store, group, audit }: DeadLetterEndpoints<Tx, Loaded>,
): Mountable[] {
  const { log } = service;
  const letters = store.deadLetters(group);
  exportDeadLetters(service, letters);

  /** Replays or discards one letter. Of two requests at once both may find it, and one of them gets `not_found`. */
  const onOne = async (
    action: string,
    act: LetterStore['replay'],
    { params: { id }, query: { operator } }: Asked,
  ): Promise<undefined> => {
    const { type, key, eventId } = await letterNamed(letters, id);
    await audit({ action, target: id, after: { type, key, eventId }, operator });
    if ((await act([eventId])) === 0) throw new AppError('not_found');
    return undefined;
  };
  const onCause = async (
    action: string,
    act: LetterStore['replay'],
    { params: { id }, query: { operator } }: Asked,
  ): Promise<{ letters: number; left?: number }> => {
    const ids = await letters.idsOf(ownPart(letters, id).part);
    if (ids.length > 0) await audit({ action, target: id, after: { letters: ids.length }, operator });
    const count = await act(ids);
    if (count === 0) throw new AppError('not_found');
    const left = ids.length - count;
    return { letters: count, ...(left > 0 ? { left } : {}) };
  };

  return [
    endpoint(deadLettersApi.list, ({ query }) => listLetters(letters, query)),
    endpoint(deadLettersApi.show, async ({ params }) => ({
      letter: toDeadLetter(group, await letterNamed(letters, params.id)),
    })),
    endpoint(deadLettersApi.replay, async (asked) => {
      await onOne(gatewayApi.replayDeadLetter.id, letters.replay, asked);
      log.info({ dead_letter: asked.params.id }, 'a dead letter is replayed');
      return undefined;
    }),
    endpoint(deadLettersApi.discard, async (asked) => {
      await onOne(deadLettersApi.discard.id, letters.discard, asked);
      log.info({ dead_letter: asked.params.id }, 'a dead letter was discarded');
      return undefined;
    }),
    endpoint(deadLettersApi.replayCause, async (asked) => {
      const done = await onCause(deadLettersApi.replayCause.id, letters.replay, asked);
      log.info({ cause: asked.params.id, ...done }, 'dead letters of one cause are replayed');
      return done;
    }),
    endpoint(deadLettersApi.discardCause, async (asked) => {
      const done = await onCause(deadLettersApi.discardCause.id, letters.discard, asked);
      log.info({ cause: asked.params.id, ...done }, 'dead letters of one cause were discarded');
      return done;
    }),
  ];
}
