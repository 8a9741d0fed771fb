import type { AnyEvent, EventName } from '@bramble/contracts/events';
import type { Redis } from 'ioredis';
import { backoff, pause } from '../../runtime/clock';
import type { Service } from '../../runtime/service';
import { isTransient } from '../../base/errors';
import { createGathering } from '../gather';
import { redisUrlOf } from '../../stores/redis';
import { currentContext, withContext } from '../../base/request-context';
import { compareStreamIds } from '../stream-id';
import { withBatch } from './batch-context';
import { fieldsOf, parseEntry, type Entry, type EventEntry } from './entry';
import { claimAbandoned, ensureGroups, forgetGoneConsumers, keepClaim } from './group';
import { replayStream } from './keys';
import { createMeters } from './meters';
import { BLOCK_MS, createReader, SilentConnection, type ReadReply } from './reader';
import { createRunner } from './runner';
import { createSettler, type Death } from './settle';

/** The most events in one call of a handler. */
const BATCH = 128;
const CLAIM_MS = 10_000;
/** An order passes four groups on its way to PAID, so the longest rest is its latency in a rush. Measured: docs/performance.md. */
const GATHER = { perEventMs: 0.5, minMs: 5, maxMs: 120 };
/** With so many entries waiting behind failures nothing new is read. */
const MAX_HELD = 10_000;

export interface ConsumeOptions {
  redis: Redis;
  /** The service's name. */
  group: string;
  streams: readonly string[];
  /** Applies events, all or none. Called with at most 128 of them, each stream's in its order. */
  handle: (events: AnyEvent[]) => Promise<void>;
  /** The types that matter; others are acknowledged unread. All unless told. */
  types?: readonly EventName[];
}

/** The messages of an error and of what caused it, on one line. */
const describe = (error: unknown): string =>
  error instanceof Error
    ? `${error.name}: ${error.message}${error.cause instanceof Error ? ` (${describe(error.cause)})` : ''}`
    : String(error);

/** How the log names an event. */
const nameOf = ({ origin, id, fields }: Entry) => ({
  stream: origin,
  entry_id: id,
  event_id: fields['id'],
  type: fields['type'],
  key: fields['key'],
  correlation_id: fields['correlationId'],
});

/** Registers a consumer with the service's life; see `consume`. */
export function createConsumer(service: Service, options: ConsumeOptions): void {
  const { redis, group, handle } = options;
  const consumer = service.config.SERVICE_INSTANCE;
  const log = service.log.child({ group });
  const types = options.types ? new Set<string>(options.types) : undefined;
  const origins = new Map<string, string>();
  for (const stream of options.streams) origins.set(stream, stream).set(replayStream(stream, group), stream);
  const streams = [...origins.keys()];
  const originOf = (stream: string) => origins.get(stream) ?? stream;

  const stopping = new AbortController();
  const { signal } = stopping;
  const meters = createMeters(service, { group, streams: options.streams, types });
  const settler = createSettler(redis, group);
  const reader = createReader(service, { url: redisUrlOf(redis), group, consumer, streams, count: BATCH });
  /** Dealt with but not acknowledged yet: of no interest, or Redis was away. */
  let owed: Entry[] = [];

  const acknowledge = async (entries: readonly Entry[]) => {
    const all = [...owed, ...entries];
    try {
      await settler.acknowledge(all);
      owed = [];
    } catch (error) {
      owed = all;
      throw error;
    }
  };

  const bury = async (entry: Entry, death: Death) => {
    await settler.bury(entry, death);
    meters.buried(entry, death);
    log.error({ ...nameOf(entry), ...death }, 'an event failed for good');
  };

  /** Some entries may be pending that are not in hand: at the start, and after anything went wrong. */
  let unsure = true;
  let lastSeconds = 0;
  const runner = createRunner({
    now: Date.now,
    isTransient,
    handle: async (batch) => {
      const start = performance.now();
      const traced = service.tracing?.processing(batch, group);
      const events = traced?.events ?? batch;
      const [first] = events;
      const context = first
        ? { correlationId: first.correlationId, traceparent: first.traceparent }
        : currentContext();
      try {
        const duplicates = await withContext(context, () => withBatch(events, () => handle(events)));
        meters.handled(events, duplicates, (performance.now() - start) / 1000);
        traced?.end();
      } catch (error) {
        traced?.end(error);
        throw error;
      } finally {
        lastSeconds = (performance.now() - start) / 1000;
      }
    },
    recovered: async (attempt, error) => {
      if (attempt === 1 || attempt % 30 === 0)
        log.warn({ err: error, attempt }, 'events wait: a store is away');
      await pause(backoff(attempt, { base: 100, max: 3_000 }), signal);
      return !signal.aborted;
    },
    done: async (entries) => {
      meters.committed(entries);
      if (log.isLevelEnabled('debug'))
        for (const entry of entries) log.debug(nameOf(entry), 'an event was handled');
      await acknowledge(entries);
    },
    retry: async (entry, tries, error) => {
      meters.failed(entry, 'retry', lastSeconds);
      log.warn(
        { err: error, ...nameOf(entry), tries: tries.count },
        'an event failed and will be tried again',
      );
      // A Redis that is full refuses it: then the count lives as long as this process.
      await settler.recordTries(entry, tries).catch(() => undefined);
    },
    dead: async (entry, tries, error) => {
      meters.failed(entry, 'dead', lastSeconds);
      await bury(entry, { attempts: tries.count, error: describe(error), reason: 'handler' });
    },
  });

  /** Sorts entries out, and runs those that hold an event of interest. `again`: earlier runs may have tried them. */
  const process = async (reply: ReadReply, again: boolean): Promise<boolean> => {
    const ready: EventEntry[] = [];
    const unread: Entry[] = [];
    for (const [stream, raw] of reply)
      for (const [id, flat] of raw) {
        const entry: Entry = { stream, origin: originOf(stream), id, fields: fieldsOf(flat ?? []) };
        if (flat === null) {
          meters.lost(entry.origin, 1);
          unread.push(entry);
          continue;
        }
        if (runner.isHeld(entry)) continue;
        const parsed = parseEntry(entry, types);
        if (parsed.kind === 'event') ready.push(parsed.entry);
        else if (parsed.kind === 'ignored') unread.push(entry);
        else await bury(entry, { attempts: 0, error: parsed.error, reason: parsed.reason });
      }
    // Ids begin with the time: events of several streams go in the order in which they were published, or nearly so.
    if (reply.length > 1) ready.sort((a, b) => compareStreamIds(a.id, b.id));
    if (ready.length === 0) await acknowledge(unread);
    else owed.push(...unread);
    const tries = again ? await settler.triesOf(ready) : new Map<string, never>();
    for (let i = 0; i < ready.length; i += BATCH)
      if (!(await runner.run(ready.slice(i, i + BATCH), tries))) return false;
    return true;
  };

  /** Reads what this consumer was given and has not acknowledged: after a start and after a broken connection. */
  const recoverPending = async () => {
    const after = new Map<string, string>();
    for (;;) {
      const reply = await reader.readPending(after);
      let found = 0;
      for (const [stream, entries] of reply) {
        const last = entries.at(-1);
        if (!last) continue;
        found += entries.length;
        after.set(stream, last[0]);
      }
      if (found === 0 || !(await process(reply, true))) return;
    }
  };

  const claim = async () => {
    for (const stream of streams) {
      await forgetGoneConsumers(redis, stream, group, consumer);
      const held = runner.heldEntries().filter((entry) => entry.stream === stream);
      await keepClaim(
        redis,
        stream,
        group,
        consumer,
        held.map((entry) => entry.id),
      );
      const { entries, lost, unnamed } = await claimAbandoned(redis, stream, group, consumer);
      if (unnamed) unsure = true;
      if (lost > 0) {
        meters.lost(originOf(stream), lost);
        log.error({ stream, lost }, 'pending entries were gone from the stream');
      }
      if (entries.length === 0) continue;
      meters.claimed(originOf(stream), entries.length);
      if (!(await process([[stream, entries]], true))) return;
    }
  };

  const restAfter = createGathering(GATHER);
  let claimAt = 0;
  const turn = async () => {
    if (owed.length > 0) await acknowledge([]);
    if (unsure || !reader.isConnected()) {
      await recoverPending();
      unsure = false;
    }
    if (signal.aborted) return;
    if (!(await runner.runDue())) return;
    if (Date.now() >= claimAt) {
      claimAt = Date.now() + CLAIM_MS;
      await claim();
    }
    if (signal.aborted) return;
    const wait = Math.min(runner.dueIn() ?? BLOCK_MS, Math.max(1, claimAt - Date.now()), BLOCK_MS);
    if (runner.heldCount() >= MAX_HELD) {
      await pause(wait, signal);
      return;
    }
    const reply = await reader.readNew(wait);
    const read = reply.reduce((sum, [, entries]) => sum + entries.length, 0);
    if (read === 0 || !(await process(reply, false))) return;
    const rest = restAfter(read);
    if (read < BATCH) await pause(rest, signal);
  };

  const loop = async () => {
    let failures = 0;
    while (!signal.aborted) {
      try {
        await turn();
        failures = 0;
      } catch (error) {
        unsure = true;
        if (error instanceof Error && /NOGROUP|no such key/i.test(error.message)) {
          log.warn('the group was missing: reading from the start');
          runner.forget();
          const made = await ensureGroups(redis, streams, group).then(
            () => true,
            () => false,
          );
          if (made) continue;
        }
        if (error instanceof SilentConnection) meters.reconnected();
        failures += 1;
        if (failures === 1 || failures % 30 === 0)
          log.warn({ err: error, failures }, 'events could not be read');
        await pause(backoff(failures, { base: 100, max: 1_000 }), signal);
      }
    }
  };

  let running: Promise<void> | undefined;
  service.worker({
    name: `consumer ${group}`,
    start: () => {
      running = ensureGroups(redis, streams, group)
        .catch(() => undefined)
        .then(loop);
    },
    stop: async () => {
      stopping.abort();
      const nudge = setInterval(() => void reader.unblock(redis).catch(() => undefined), 100);
      await running;
      clearInterval(nudge);
      reader.close();
    },
  });
}
