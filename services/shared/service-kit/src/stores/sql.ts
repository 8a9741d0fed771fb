import type pg from 'pg';

/** A statement; with a `name` it is prepared once per connection. */
export interface Statement {
  name?: string;
  text: string;
  values?: unknown[];
}

/** The pool, or one transaction. bigint is read as number, timestamptz as Date, jsonb parsed. */
export interface SqlSession {
  query<T extends object = Record<string, unknown>>(
    statement: Statement,
  ): Promise<{ rows: T[]; rowCount: number }>;
}
export interface SqlTransaction extends SqlSession {
  /** Runs after the commit, never after a rollback. */
  afterCommit(fn: () => void): void;
}
export interface Sql extends SqlSession {
  readonly pool: pg.Pool;
  /** Runs `fn` in a transaction and repeats it, at most 5 times, after a deadlock or serialization failure. */
  transaction<T>(fn: (tx: SqlTransaction) => Promise<T>): Promise<T>;
}
