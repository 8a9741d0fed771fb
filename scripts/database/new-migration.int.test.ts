import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { sharedStores } from '@bramble/test-kit/stores';
import { schemaOf } from '../workspace';
import { newMigration } from './new-migration';

/** Later than every migration that there is. */
const now = new Date('2099-11-24T18:45:07Z');

describe('npm run db:migration', () => {
  let prismaDir: string;
  const migrations = () => readdirSync(path.join(prismaDir, 'migrations'));
  const edit = (change: (schema: string) => string) => {
    const file = path.join(prismaDir, 'schema.prisma');
    writeFileSync(file, change(readFileSync(file, 'utf8')));
  };
  const add = (field: string) =>
    edit((schema) => schema.replace(/^model Order \{$/m, (line) => `${line}\n  ${field}`));
  const write = (name = 'add_gift_note', at = now) =>
    newMigration({ prismaDir, name, adminUrl: sharedStores().postgresUrl, now: at });

  beforeEach(() => {
    prismaDir = mkdtempSync(path.join(os.tmpdir(), 'bramble-migration-'));
    cpSync(path.dirname(schemaOf('orders')), prismaDir, { recursive: true });
  });
  afterEach(() => rmSync(prismaDir, { recursive: true }));

  it('writes the difference, and nothing once there is none', async () => {
    add('giftNote String? @map("gift_note")');
    const made = await write();
    expect(made?.file).toBe(path.join(prismaDir, 'migrations/20991124184507_add_gift_note/migration.sql'));
    expect(readFileSync(made?.file ?? '', 'utf8')).toMatch(
      /^-- AlterTable\nALTER TABLE "orders" ADD COLUMN +"gift_note" TEXT;\n$/,
    );
    expect(made?.warnings).toEqual([]);
    const written = migrations();
    expect(await write('again', new Date(now.getTime() + 1000))).toBeUndefined();
    expect(migrations()).toEqual(written);
  });

  it.each([
    ['a column that must have a value', () => add('giftNote String @map("gift_note")'), 'has no default'],
    [
      'a column that is dropped',
      () => edit((schema) => schema.replace(/^ {2}card .*\n/m, '')),
      'deletes data',
    ],
    [
      'a column that changes its type',
      () => edit((schema) => schema.replace(/^ {2}attempt +Int /m, '  attempt BigInt ')),
      'under code that is running',
    ],
  ])('warns of %s', async (_what, change, words) => {
    change();
    expect((await write())?.warnings).toEqual([expect.stringContaining(words)]);
  });

  it.each([
    ['Gift-Note', '"Gift-Note" is no name'],
    ['../../escape', 'is no name'],
    ['init', 'The migration 0001_init has this name already.'],
  ])('refuses the name %s', async (name, words) => {
    add('giftNote String? @map("gift_note")');
    const before = migrations();
    await expect(write(name)).rejects.toThrow(words);
    expect(migrations()).toEqual(before);
  });

  it('refuses a time before the last migration', async () => {
    add('giftNote String? @map("gift_note")');
    await write();
    add('ribbon String?');
    await expect(write('add_ribbon', new Date(now.getTime() - 1000))).rejects.toThrow('would run before');
  });

  it('says where a schema is wrong', async () => {
    add('giftNote Strin?');
    await expect(write()).rejects.toThrow(/Type "Strin" is neither a built-in type.*schema\.prisma:/s);
    expect(migrations()).not.toContain('20991124184507_add_gift_note');
  });
});
