import { type Money, money as moneyOf } from '@bramble/contracts/money';

/** A row of the database: a value for each column name. */
export type Row = Readonly<Record<string, unknown>>;

/** One column: its SQL type, and the conversions from and to a row. */
export interface Column<Value> {
  readonly type: string;
  readonly read: (stored: unknown, row: Row) => Value;
  readonly write: (value: Value) => unknown;
  readonly nullable?: boolean;
  readonly changes?: boolean;
}

/**
 * A column for each property. A property that is an object may have a column for each of its own properties instead.
 */
type Columns<State> = {
  readonly [K in keyof State]-?:
    | Column<State[K]>
    | (State[K] extends object ? { readonly [P in keyof State[K]]-?: Column<State[K][P]> } : never);
};

const plain = <Value>(type: string): Column<Value> => ({
  type,
  read: (stored) => stored as Value,
  write: (value) => value,
});

export const uuid = (): Column<string> => plain('uuid');
export const text = <Value extends string>(): Column<Value> => plain('text');
export const int = (): Column<number> => plain('int');
export const bigint = (): Column<number> => plain('bigint');
export const boolean = (): Column<boolean> => plain('boolean');
export const jsonb = <Value extends object>(): Column<Value> => plain('jsonb');
/** A timestamp, as milliseconds in the state. */
export const timestamptz = (): Column<number> => ({
  type: 'timestamptz',
  read: (stored) => new Date(stored as Date | string).getTime(),
  write: (value) => new Date(value).toISOString(),
});
/** An amount, as minor units of the row's `currency`. */
export const money = (): Column<Money> => ({
  type: 'bigint',
  read: (stored, row) => moneyOf(stored as number, row['currency'] as string),
  write: ({ amount }) => amount,
});
/** A nullable column; NULL is undefined in the state. */
export const optional = <Value>(column: Column<Value>): Column<Value | undefined> => ({
  ...column,
  nullable: true,
  read: (stored, row) => (stored === null ? undefined : column.read(stored, row)),
  write: (value) => (value === undefined ? null : column.write(value)),
});
/** A column that UPDATE sets; other columns keep the value of their INSERT. */
export const changing = <Value>(column: Column<Value>): Column<Value> => ({ ...column, changes: true });

interface Field {
  name: string;
  group: string | undefined;
  key: string;
  column: Column<unknown>;
}

const isColumn = (value: object): value is Column<unknown> => 'read' in value;
const snakeCase = (key: string) => key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
const fieldsOf = (columns: object, group?: string): Field[] =>
  Object.entries(columns as Record<string, object>).flatMap(([key, value]) =>
    isColumn(value) ? [{ name: snakeCase(key), group, key, column: value }] : fieldsOf(value, key),
  );
const objectIn = (value: unknown, group: string | undefined) =>
  (group === undefined ? value : (value as Record<string, unknown>)[group]) as Record<string, unknown>;

/**
 * The columns of one table. A column's name is its property's name in snake case. `extra` are columns that are written
 * with a state and are not part of it. The lists of columns are constant strings for SQL.
 */
export function table<State, Extra = unknown>(
  columns: Columns<State>,
  extra: Columns<Extra> = {} as Columns<Extra>,
) {
  const own = fieldsOf(columns);
  const all = [...own, ...fieldsOf(extra)];
  const changed = all.filter(({ column }) => column.changes);
  const identified = [...all.filter(({ key }) => key === 'id'), ...changed];
  const recordsetOf = (fields: readonly Field[]) =>
    fields.map(({ name, column }) => `${name} ${column.type}`).join(', ');
  const rowOf = (fields: readonly Field[], state: State & Extra): Row =>
    Object.fromEntries(
      fields.map(({ name, group, key, column }) => [name, column.write(objectIn(state, group)[key])]),
    );

  function read(row: Row): State {
    const state: Record<string, unknown> = {};
    for (const { name, group, key, column } of own) {
      const value = column.read(row[name], row);
      if (group !== undefined) state[group] ??= {};
      if (value !== undefined) objectIn(state, group)[key] = value;
    }
    return state as State;
  }

  return {
    columns: all.map(({ name, column: { type, nullable = false } }) => ({ name, type, nullable })),
    /** `id, number, …` for INSERT. */
    names: all.map(({ name }) => name).join(', '),
    /** `id uuid, number text, …` for json_to_recordset over `write`. */
    recordset: recordsetOf(all),
    /** `o.id, o.number, …` for `read`. */
    select: (alias: string) => own.map(({ name }) => `${alias}.${name}`).join(', '),
    /** `id uuid, status text, …` for json_to_recordset over `writeChanged`. */
    changedRecordset: recordsetOf(identified),
    /** `status = c.status, …` for UPDATE. */
    set: (alias: string) => changed.map(({ name }) => `${name} = ${alias}.${name}`).join(', '),
    read,
    write: (state: State & Extra): Row => rowOf(all, state),
    /** The id and the columns that UPDATE sets. */
    writeChanged: (state: State & Extra): Row => rowOf(identified, state),
  };
}
