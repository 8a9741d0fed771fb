import pg from 'pg';

// Everything that a migration can make, each with what defines it. A column's default may be written in two ways.
const EVERYTHING = `
  SELECT 'column ' || c.relname || '.' || a.attname AS name,
    concat_ws(' ', format_type(a.atttypid, a.atttypmod), CASE WHEN a.attnotnull THEN 'NOT NULL' END,
      CASE WHEN a.attidentity <> '' THEN 'IDENTITY' END, CASE WHEN a.attgenerated <> '' THEN 'GENERATED' END,
      'DEFAULT ' || replace(pg_get_expr(d.adbin, d.adrelid), 'CURRENT_TIMESTAMP', 'now()')) AS definition
  FROM pg_attribute a JOIN ours c ON c.oid = a.attrelid LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
  WHERE c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped
  UNION ALL SELECT 'index ' || i.relname, pg_get_indexdef(i.oid) FROM ours i WHERE i.relkind = 'i'
  UNION ALL SELECT CASE n.contype WHEN 'c' THEN 'check ' WHEN 'f' THEN 'foreign key ' WHEN 'p' THEN 'primary key ' ELSE 'constraint ' END
    || c.relname || '.' || n.conname, pg_get_constraintdef(n.oid)
  FROM pg_constraint n JOIN ours c ON c.oid = n.conrelid WHERE n.contype <> 'u'
  UNION ALL SELECT 'trigger ' || c.relname || '.' || t.tgname, pg_get_triggerdef(t.oid)
  FROM pg_trigger t JOIN ours c ON c.oid = t.tgrelid WHERE NOT t.tgisinternal
  UNION ALL SELECT 'policy ' || c.relname || '.' || p.polname, pg_get_expr(p.polqual, p.polrelid)
  FROM pg_policy p JOIN ours c ON c.oid = p.polrelid
  UNION ALL SELECT 'view ' || v.relname, pg_get_viewdef(v.oid) FROM ours v WHERE v.relkind IN ('v', 'm')
  UNION ALL SELECT 'function ' || p.proname, pg_get_functiondef(p.oid) FROM pg_proc p
  WHERE p.pronamespace = 'public'::regnamespace AND p.prokind IN ('f', 'p')
  UNION ALL SELECT 'type ' || t.typname, (SELECT string_agg(e.enumlabel, ', ' ORDER BY e.enumsortorder) FROM pg_enum e WHERE e.enumtypid = t.oid)
  FROM pg_type t WHERE t.typnamespace = 'public'::regnamespace AND t.typtype IN ('e', 'd', 'r')
  UNION ALL SELECT 'extension ' || extname, extversion FROM pg_extension WHERE extname <> 'plpgsql'`;
/** The bookkeeping of the migrations is no part of what they give. */
const OURS = `ours AS (SELECT * FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relname NOT LIKE '\\_prisma\\_migrations%')`;

/** What a database holds, by kind and name: its columns, indexes, keys, checks, triggers, functions, types and views. */
export async function describeDatabase(url: string): Promise<Map<string, string | null>> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<{ name: string; definition: string | null }>(
      `WITH ${OURS} ${EVERYTHING}`,
    );
    return new Map(rows.map(({ name, definition }) => [name, definition]));
  } finally {
    await client.end();
  }
}

/** The names of what only one of two databases holds, or holds in another way than the other; sorted. */
export const differing = (
  one: ReadonlyMap<string, string | null>,
  other: ReadonlyMap<string, string | null>,
): string[] =>
  [...new Set([...one.keys(), ...other.keys()])]
    .filter((name) => !one.has(name) || !other.has(name) || one.get(name) !== other.get(name))
    .sort();
