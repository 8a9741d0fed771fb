import { type AnyEvent, type EventDraft, keyOf } from '@bramble/contracts/events';
import { auditRecordOf, type Change } from '../base/act';
import type { LetterStore } from './dead-letters/letter-store';
import { type Cause, newEvent } from './events';
import type { Outbox, Transaction } from './outbox/outbox';

/**
 * One transaction and the events it publishes: the state, the claim in the inbox and the outbox rows are committed
 * together or not at all. A transaction that is repeated starts again with a new unit.
 */
export interface Unit<Tx> {
  /** The transaction, for the repositories. */
  readonly tx: Tx;
  /**
   * Publishes events with this transaction. Their correlation id and trace are those of `cause`; without one, of the
   * event of the batch that has the same key; else of the request at hand.
   */
  publish(drafts: readonly EventDraft[], cause?: Cause): void;
  /**
   * Publishes the audit entry of a change that this transaction makes. Does nothing when the change needs no entry, as when
   * it comes from an event or from the owner.
   */
  record(change: Change): void;
  /** Hands over the events published so far, to a statement that writes their outbox rows itself. */
  drain(): AnyEvent[];
  afterCommit(fn: () => void): void;
}

/** A unit for a batch of events. */
export interface EventUnit<Tx, E extends AnyEvent, Loaded = undefined> extends Unit<Tx> {
  /** The events that this group has not handled before, in their order; at least one. */
  readonly fresh: readonly E[];
  /** What the store's claim loaded in the same round trip; undefined unless the store has a claim of its own. */
  readonly loaded: Loaded;
}

/**
 * Claims events in the inbox, in the transaction of their effect: writes the ids and answers the events that nobody had
 * claimed before, in their order. An event that comes twice in a batch is answered once.
 */
export type Claim<Tx, Loaded> = <E extends AnyEvent>(
  tx: Tx,
  group: string,
  events: readonly E[],
) => Promise<{ fresh: E[]; loaded: Loaded }>;

/** A database in which state and events change together. */
export interface UnitStore<Tx, Loaded = undefined> {
  /** Runs `fn` in a transaction together with the events it publishes. */
  transaction<T>(fn: (unit: Unit<Tx>) => Promise<T>): Promise<T>;
  /** Claims `events` for `group` and runs `fn` for the fresh ones, in one transaction; answers the fresh ones. */
  handle<E extends AnyEvent>(
    group: string,
    events: readonly E[],
    fn: (unit: EventUnit<Tx, E, Loaded>) => Promise<void>,
  ): Promise<readonly E[]>;
  /** The events that `group` gave up. */
  deadLetters(group: string): LetterStore;
}

/** What a unit store is made of. Without an outbox its units cannot publish. */
export interface UnitStoreParts<Tx, Loaded> {
  database: { transaction<T>(fn: (tx: Tx) => Promise<T>): Promise<T> };
  outbox: Outbox<Tx> | undefined;
  claim: Claim<Tx, Loaded>;
  deadLetters: (group: string) => LetterStore;
}

/** The one place where a transaction with events is opened; `postgresStore` and `mongoStore` call it. */
export function createUnitStore<Tx extends Transaction, Loaded>({
  database,
  outbox,
  claim,
  deadLetters,
}: UnitStoreParts<Tx, Loaded>): UnitStore<Tx, Loaded> {
  function transaction<T>(fn: (unit: Unit<Tx>) => Promise<T>): Promise<T> {
    return database.transaction((tx) => within(tx, [], fn));
  }

  function handle<E extends AnyEvent>(
    group: string,
    events: readonly E[],
    fn: (unit: EventUnit<Tx, E, Loaded>) => Promise<void>,
  ): Promise<readonly E[]> {
    return database.transaction(async (tx) => {
      const { fresh, loaded } = await claim(tx, group, events);
      if (fresh.length > 0) await within(tx, fresh, (unit) => fn({ ...unit, fresh, loaded }));
      return fresh;
    });
  }

  async function within<T>(
    tx: Tx,
    batch: readonly AnyEvent[],
    fn: (unit: Unit<Tx>) => Promise<T>,
  ): Promise<T> {
    const unit = openUnit(tx, outbox, batch);
    const result = await fn(unit);
    const events = unit.drain();
    if (events.length > 0) await outbox?.append(tx, events);
    return result;
  }

  return { transaction, handle, deadLetters };
}

function openUnit<Tx extends Transaction>(
  tx: Tx,
  outbox: Outbox<Tx> | undefined,
  batch: readonly AnyEvent[],
): Unit<Tx> {
  const causes = new Map(batch.map((event) => [event.key, event]));
  let published: AnyEvent[] = [];

  function publish(drafts: readonly EventDraft[], cause?: Cause): void {
    if (!outbox) throw new Error('a store without an outbox cannot publish events');
    for (const draft of drafts) published.push(newEvent(draft, cause ?? causes.get(keyOf(draft))));
  }

  function record(change: Change): void {
    const payload = auditRecordOf(change);
    if (!payload) return;
    if (!outbox?.audits)
      throw new Error('a store whose outbox has no audit events cannot record a change by staff');
    published.push(newEvent({ type: outbox.audits, payload }));
  }

  function drain(): AnyEvent[] {
    const events = published;
    published = [];
    if (outbox && events.length > 0) tx.afterCommit(outbox.wake);
    return events;
  }

  return { tx, publish, record, drain, afterCommit: (fn) => tx.afterCommit(fn) };
}
