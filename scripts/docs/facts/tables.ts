import { readFileSync } from 'node:fs';
import path from 'node:path';
import { root } from '../../workspace';

export interface Column {
  name: string;
  /** As PostgreSQL has it: `uuid`, `text`, `bigint?` (may be null), `text[]`. */
  type: string;
  key: boolean;
}
export interface Table {
  name: string;
  columns: readonly Column[];
  /** Tables that this one refers to. */
  refersTo: readonly string[];
}

const TYPES: Readonly<Record<string, string>> = {
  String: 'text',
  Int: 'integer',
  BigInt: 'bigint',
  Boolean: 'boolean',
  DateTime: 'timestamptz',
  Json: 'jsonb',
  Bytes: 'bytea',
  Float: 'double',
};

interface Model {
  name: string;
  fields: string[];
  table: string;
}

/** The tables of a service, from its schema.prisma. */
export function tablesOf(service: string): Table[] {
  const schema = readFileSync(path.join(root, 'services', service, 'prisma', 'schema.prisma'), 'utf8');
  const models = [...schema.matchAll(/^model (\w+) \{\n([\s\S]*?)^\}/gm)].map(
    ([, name = '', body = '']): Model => {
      const fields = body
        .split('\n')
        .map((line) => line.replace(/\/\/.*$/, '').trim())
        .filter(Boolean);
      return { name, fields, table: /@@map\("(\w+)"\)/.exec(body)?.[1] ?? name };
    },
  );
  const tableOf = new Map(models.map(({ name, table }) => [name, table]));
  return models.map(({ table, fields }) => {
    const together = /@@id\(\[([^\]]*)\]/.exec(fields.join('\n'))?.[1]?.split(/,\s*/) ?? [];
    const columns: Column[] = [];
    const refersTo: string[] = [];
    for (const field of fields) {
      const [, name = '', model = '', more = ''] = /^(\w+)\s+(\w+)(\S*)/.exec(field) ?? [];
      if (name === '' || field.startsWith('@@')) continue;
      const other = tableOf.get(model);
      // The side that holds the foreign key names its fields; the other side is no column.
      if (other !== undefined) {
        if (field.includes('fields:')) refersTo.push(other);
        continue;
      }
      const plain = /@db\.Uuid/.test(field) ? 'uuid' : (TYPES[model] ?? model);
      columns.push({
        name: /@map\("(\w+)"\)/.exec(field)?.[1] ?? name,
        type: `${plain}${more}`,
        key: /@id\b/.test(field) || together.includes(name),
      });
    }
    return { name: table, columns, refersTo };
  });
}
