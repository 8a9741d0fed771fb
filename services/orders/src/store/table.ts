import { type Money, money as moneyOf } from '@bramble/contracts/money';

/** A row as the database gives or takes it: a value under each column's name. */
export type Row = Readonly<Record<string, unknown>>;

/** One column: its SQL type, and how its value is read from a row and written into one. */
export interface Column<Value> {
  readonly type: string;
  readonly read: (stored: unknown, row: Row) => Value;
  readonly write: (value: Value) => unknown;
  readonly nullable?: boolean;
  readonly changes?: boolean;
}

/** A column for each property. A property that is an object may have a column for each of its own properties instead. */
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
/** Milliseconds in the state. */
export const timestamptz = (): Column<number> => ({
  type: 'timestamptz',
  read: (stored) => new Date(stored as Date | string).getTime(),
  write: (value) => new Date(value).toISOString(),
});
/** Minor units of the row's `currency`. */
export const money = (): Column<Money> => ({
  type: 'bigint',
  read: (stored, row) => moneyOf(stored as number, row['currency'] as string),
  write: ({ amount }) => amount,
});
/** NULL is undefined in the state. */
export const optional = <Value>(column: Column<Value>): Column<Value | undefined> => ({
  ...column,
  nullable: true,
  read: (stored, row) => (stored === null ? undefined : column.read(stored, row)),
  write: (value) => (value === undefined ? null : column.write(value)),
});
/** A column that an UPDATE sets; the others keep what the INSERT wrote. */
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
 * The columns of one table. The name of a column is its property's name in snake case. `besides` are columns that are
 * written with a state and not part of it. The lists of columns are strings for SQL, and constant.
 */
export function table<State, Besides = unknown>(
  columns: Columns<State>,
  besides: Columns<Besides> = {} as Columns<Besides>,
) {
  const own = fieldsOf(columns);
  const all = [...own, ...fieldsOf(besides)];
  const changed = all.filter(({ column }) => column.changes);
  const identified = [...all.filter(({ key }) => key === 'id'), ...changed];
  const recordsetOf = (fields: readonly Field[]) =>
    fields.map(({ name, column }) => `${name} ${column.type}`).join(', ');
  const rowOf = (fields: readonly Field[], state: State & Besides): Row =>
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
    write: (state: State & Besides): Row => rowOf(all, state),
    /** The id and the columns that change. */
    writeChanged: (state: State & Besides): Row => rowOf(identified, state),
  };
}
