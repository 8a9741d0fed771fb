import type { Redis } from 'ioredis';
import type { AnyEvent } from '@bramble/contracts/events';
import type { Service } from '../../runtime/service';
import { redisUrlOf } from '../../stores/redis';
import { isNearlyFull } from '../../stores/redis-memory';
import type { LetterStore } from '../dead-letters/letter-store';
import { moveRedisLetters } from '../dead-letters/redis-letters';
import { sourcesOf } from '../keys';
import { createBatchHandler } from './batch-handler';
import { createIntake } from './intake';
import { createMeters } from './meters';
import { createPendingKeys } from './pending-keys';
import { createReadLoop } from './read-loop';
import { createReader } from './reader';
import { takeOverAbandoned } from './recovery';
import { BATCH, createRunner } from './runner';
import { createSettler } from './settler';

/*
 * Terminology
 *
 * Entry        What a stream holds: an id and fields. Its fields are an event.
 * Batch        Up to 128 events that a handler gets in one call, and applies in one transaction.
 * Claim        The insertion of an event's id into the inbox, in the transaction of the event's effect.
 * Pending      Said of an entry that Redis gave to a consumer and that the consumer has not acknowledged.
 * Take over    Claim entries that another consumer of the group left pending (XAUTOCLAIM).
 * Lane         The events of one stream and key that wait here: first the one that failed, then those that came after it.
 * Held back    Said of the events in a lane. They stay pending, so that nothing is lost when this process ends.
 * Too early    Said of an event whose entity is not ready for it, or whose type only a newer version knows. It is held back
 *              without being counted as failed.
 * Definite     Said of an error that the event will meet every time, such as the refusal of a rule.
 * Dead letter  An event that failed 5 times with a definite error, or 23 times over hours with another one, or was too early
 *              for too long while no earlier one of its key was pending, or that no schema accepts. It is moved to the
 *              service's database and waits for an operator.
 * Replay       Send a dead letter through its group's handler again, by way of `<stream>:replay:<group>`.
 */

export interface ConsumerOptions {
  redis: Redis;
  /** The store of the events that this consumer gives up; its group is the consumer's. */
  letters: LetterStore;
  streams: readonly string[];
  /** The types that are handled; undefined: all of them. */
  types: ReadonlySet<string> | undefined;
  /** Applies events in one transaction, and answers those that were fresh. */
  handle: (events: AnyEvent[]) => Promise<readonly AnyEvent[]>;
}

/** Makes a consumer that starts and stops with the service; see `consume`. */
export function createConsumer(service: Service, options: ConsumerOptions): void {
  const { redis, letters, streams, types, handle } = options;
  const { group } = letters;
  const consumer = service.config.SERVICE_INSTANCE;
  const log = service.log.child({ group });
  const stopping = new AbortController();
  const { signal } = stopping;
  const sources = sourcesOf(streams, group);
  const keys = [...sources.keys()];

  const meters = createMeters(service, { group, streams, types });
  const settler = createSettler(redis, letters);
  const reader = createReader(service.name, { url: redisUrlOf(redis), group, consumer, keys, count: BATCH });
  const { tracing } = service;
  const memory = { isFull: false };
  const { hooks, deadLetter } = createBatchHandler({
    group,
    log,
    tracing,
    meters,
    settler,
    signal,
    isFull: () => memory.isFull,
    hasEarlier: createPendingKeys(redis, group).hasEarlier,
    handle,
  });
  const runner = createRunner(hooks);
  const intake = createIntake({ sources, types, runner, settler, meters, log, deadLetter });
  const takeOver = async () => {
    memory.isFull = await isNearlyFull(redis);
    // An event that is held back keeps its stream from being trimmed, for all groups.
    if (memory.isFull) runner.endSlowWaits();
    const moved = await moveRedisLetters(redis, streams, letters);
    if (moved > 0) log.info({ moved }, 'dead letters were moved from Redis to the database');
    return takeOverAbandoned({ redis, group, consumer, sources, runner, intake, meters, log });
  };
  const loop = createReadLoop({
    redis,
    group,
    keys,
    reader,
    runner,
    intake,
    settler,
    meters,
    log,
    signal,
    takeOver,
  });

  let running: Promise<void> | undefined;
  service.worker({
    name: `consumer ${group}`,
    start: () => {
      running = loop();
    },
    stop: async () => {
      stopping.abort();
      const unblocking = setInterval(() => void reader.unblock(redis).catch(() => undefined), 100);
      await running;
      clearInterval(unblocking);
      reader.close();
    },
  });
}
