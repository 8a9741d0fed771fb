import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { SchemaEngine } from '@prisma/schema-engine-wasm';
import pg from 'pg';
import { root } from '../workspace';
import { engineAdapter } from './engine-adapter';

const WASM = 'node_modules/@prisma/schema-engine-wasm/schema_engine_bg.wasm';

/** What the package's types leave out of its bindings. */
interface Bindings {
  SchemaEngine: typeof SchemaEngine;
  __wbg_set_wasm(exports: object): void;
}
/** Node's own, which is no part of the types of Node 20. */
const { instantiate } = (
  globalThis as unknown as {
    WebAssembly: {
      instantiate(
        wasm: Uint8Array,
        imports: Record<string, object>,
      ): Promise<{ instance: { exports: Record<string, unknown> } }>;
    };
  }
).WebAssembly;
let engines: Promise<typeof SchemaEngine> | undefined;

/** Prisma's schema engine as WebAssembly: no program for one kind of machine, and nothing that is fetched. */
async function loadEngine(): Promise<typeof SchemaEngine> {
  const bindings = (await import('@prisma/schema-engine-wasm/schema_engine_bg')) as unknown as Bindings;
  const wasm = await readFile(path.join(root, WASM));
  const { instance } = await instantiate(wasm, { './schema_engine_bg.js': bindings });
  bindings.__wbg_set_wasm(instance.exports);
  (instance.exports['__wbindgen_start'] as () => void)();
  return bindings.SchemaEngine;
}

/**
 * The SQL that makes of a database what `schema` (the text of a schema.prisma) says; empty when it is so already. `from` is
 * the database as it stands, or nothing. Throws the engine's words when the schema is not valid.
 */
export async function schemaDifference(
  url: string,
  schema: string,
  from: 'database' | 'nothing' = 'database',
): Promise<string> {
  const Engine = await (engines ??= loadEngine());
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const adapter = engineAdapter(client);
    const engine = await Engine.new({ datamodels: [['schema.prisma', schema]] }, () => undefined, adapter);
    const files = [{ path: 'schema.prisma', content: schema }];
    const difference = engine.diff({
      from: from === 'nothing' ? { tag: 'empty' } : { tag: 'schemaDatasource', files, configDir: root },
      to: { tag: 'schemaDatamodel', files },
      script: true,
      exitCode: true,
      filters: { externalTables: [], externalEnums: [] },
    });
    const { exitCode, stdout } = await difference.catch((error: unknown) => {
      // The engine names an error of the adapter by a number.
      const [, id] = /External error id#(\d+)/.exec(String(error)) ?? [];
      throw (id !== undefined && adapter.errorRegistry.consumeError(Number(id))?.error) || error;
    });
    // With `exitCode` it answers 2 for a difference; for none it writes a comment that says so.
    return exitCode === 2 ? (stdout ?? '') : '';
  } finally {
    await client.end();
  }
}
