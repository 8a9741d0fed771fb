import type { AnyEvent, StaffActed } from '@bramble/contracts/events';
import type { OutboxDraft } from './outbox-store';

/** What a unit needs of a store's transaction. */
export interface Transaction {
  /** Runs `fn` after the commit, never after a rollback. */
  afterCommit(fn: () => void): void;
}

/** Where a transaction's events wait to be published. */
export interface Outbox<Tx> {
  /** Writes events inside a transaction; the relay is woken when it has committed. */
  append(tx: Tx, events: readonly AnyEvent[]): Promise<void>;
  /** Writes rows as they are: events of other services that go to this service's own group again. */
  resend(tx: Tx, rows: readonly OutboxDraft[]): Promise<void>;
  /** Wakes the relay: call it after committing outbox rows that `append` did not write. */
  wake(): void;
  /** The type of this service's audit events; undefined for a service without operations of staff. */
  readonly audits?: StaffActed | undefined;
}
