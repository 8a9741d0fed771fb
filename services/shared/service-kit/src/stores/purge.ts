import type { SqlSession } from './sql';

/** Rows of a table that are deleted once they are old. */
export interface OldRows {
  table: string;
  /** The column or expression that tells their age. An index has it, so that the oldest rows are found at once. */
  by: string;
  /** How old they become, as an SQL interval: `30 days`. */
  age: string;
  /** A further condition. */
  and?: string;
}

const BATCH = 2_000;

/**
 * Deletes up to 2,000 rows. The rows are locked before they are deleted: a row that was renewed meanwhile is no longer
 * old, and a row that another process has locked waits for the next time. Their places are an array, so that the
 * planner looks for them once and reads no other row.
 */
export const purgeStatement = ({ table, by, age, and }: OldRows): string =>
  `DELETE FROM ${table} WHERE ctid = ANY(ARRAY(
    SELECT ctid FROM ${table} AS old WHERE ${by} < now() - interval '${age}'${and ? ` AND ${and}` : ''}
    ORDER BY ${by} LIMIT ${BATCH} FOR UPDATE SKIP LOCKED))`;

/**
 * Deletes all old rows, at most 2,000 in a statement: a statement over all of them takes longer than a statement may once
 * there are many, and then never succeeds. Ends early when `signal` aborts.
 */
export async function purge(sql: SqlSession, rows: OldRows, signal?: AbortSignal): Promise<void> {
  let deleted = BATCH;
  while (deleted === BATCH && !signal?.aborted)
    deleted = (await sql.query({ text: purgeStatement(rows) })).rowCount;
}
