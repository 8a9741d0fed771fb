import {
  bindMigrationAwareSqlAdapterFactory,
  type ColumnType,
  ColumnTypeEnum,
  type SqlDriverAdapter,
  type SqlQuery,
} from '@prisma/driver-adapter-utils';
import type pg from 'pg';

/** The types that occur in PostgreSQL's catalog, by their numbers. */
const types: Readonly<Record<number, ColumnType>> = {
  16: ColumnTypeEnum.Boolean,
  18: ColumnTypeEnum.Character,
  19: ColumnTypeEnum.Text,
  20: ColumnTypeEnum.Int64,
  21: ColumnTypeEnum.Int32,
  23: ColumnTypeEnum.Int32,
  25: ColumnTypeEnum.Text,
  26: ColumnTypeEnum.Int64,
  1000: ColumnTypeEnum.BooleanArray,
  1002: ColumnTypeEnum.CharacterArray,
  1003: ColumnTypeEnum.TextArray,
  1009: ColumnTypeEnum.TextArray,
  1043: ColumnTypeEnum.Text,
};

function typeOf({ name, dataTypeID }: pg.FieldDef): ColumnType {
  const type = types[dataTypeID];
  if (type === undefined)
    throw new Error(`the column ${name} has a type that is not in the list: ${dataTypeID}`);
  return type;
}

const refuse = (): never => {
  throw new Error('the schema engine only reads here');
};

/**
 * The database of `client` for Prisma's schema engine, which only reads its catalog. Prisma's own adapter for pg cannot: it
 * takes no column of the type "char", and the catalog has them.
 */
export function engineAdapter(client: pg.Client) {
  const info = { provider: 'postgres', adapterName: 'catalog' } as const;

  async function queryRaw({ sql, args }: SqlQuery) {
    const { fields, rows } = await client.query<unknown[]>({ text: sql, values: args, rowMode: 'array' });
    return { columnNames: fields.map(({ name }) => name), columnTypes: fields.map(typeOf), rows };
  }

  const adapter: SqlDriverAdapter = {
    ...info,
    queryRaw,
    executeRaw: async ({ sql, args }) => (await client.query(sql, args)).rowCount ?? 0,
    executeScript: refuse,
    startTransaction: refuse,
    getConnectionInfo: () => ({ schemaName: 'public', supportsRelationJoins: true }),
    dispose: () => Promise.resolve(),
  };
  return bindMigrationAwareSqlAdapterFactory({
    ...info,
    connect: () => Promise.resolve(adapter),
    connectToShadowDb: refuse,
  });
}
