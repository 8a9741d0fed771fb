/** A row of the outbox: an event to be published. `payload` is JSON text; `position` names the row. */
export interface OutboxRow {
  position: number | string;
  id: string;
  stream: string;
  key: string;
  type: string;
  version: number;
  occurredAt: string;
  correlationId: string;
  traceparent: string;
  payload: string;
}

/** A row that is to be written. */
export type OutboxDraft = Omit<OutboxRow, 'position'>;

/** A row that was published, with the id of its entry. */
export interface SentRow {
  position: number | string;
  streamId: string;
}

/** The right to publish from a database, which one process holds at a time. Every method throws once the right is lost. */
export interface Leadership {
  /** A number above those of all earlier leaders. */
  readonly fence: number;
  /** Calls `wake` when another process has written rows. */
  onWake(wake: () => void): void;
  /** Renews the lease; called about every second. */
  renew(): Promise<void>;
  /** The unsent rows in the order of their writing, whenever they were committed. */
  unsent(limit: number): Promise<OutboxRow[]>;
  recordSent(rows: readonly SentRow[]): Promise<void>;
  /** The highest id recorded for each stream. */
  highest(): Promise<ReadonlyMap<string, string>>;
  /** Marks the rows recorded above `id` as unsent; returns how many. */
  unsendAbove(stream: string, id: string): Promise<number>;
  /** Deletes some old rows (sent 24 h ago, claimed 7 days ago); returns how many, 0 when none is left. */
  deleteOld(): Promise<number>;
  release(): Promise<void>;
}

/** What a relay needs of a database. */
export interface OutboxStore {
  /** The leadership, or undefined while another process has it. */
  lead(): Promise<Leadership | undefined>;
  /** Tells the leader that there are new rows. */
  notify(): Promise<void>;
  /** How many rows wait, and the age of the oldest in seconds (0 when none). */
  backlog(): Promise<{ unsent: number; oldestSeconds: number }>;
}
