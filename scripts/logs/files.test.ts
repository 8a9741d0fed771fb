import { appendFileSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { waitFor } from '@bramble/test-kit/wait-for';
import { followLog, logNames, readLog } from './files';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'bramble-logs-'));
  file = path.join(folder, 'orders.log');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('the logs of a data folder', () => {
  it('are those of the services and, apart, those of the stores', () => {
    for (const name of ['users.log', 'catalog.log', 'redis-cache.log', 'orders.log.1', 'notes.txt'])
      writeFileSync(path.join(folder, name), '');
    expect(logNames(folder)).toEqual({ services: ['catalog', 'users'], stores: ['redis-cache'] });
    expect(logNames(path.join(folder, 'missing'))).toEqual({ services: [], stores: [] });
  });

  it.each([
    ['a service', '{"level":"info","time":"2026-01-02T03:04:05.678Z","msg":"x"}'],
    ['MongoDB', '{"t":{"$date":"2026-01-02T03:04:05.678+00:00"},"s":"I"}'],
    ['PostgreSQL', '2026-01-02 03:04:05.678 UTC [7] LOG:  x'],
  ])('know the time of a line of %s, and give it to the lines after it', (_of, text) => {
    writeFileSync(file, `${text}\n    at place (order.ts:3:1)\n`);
    const at = Date.parse('2026-01-02T03:04:05.678Z');
    expect(readLog(file, 'orders').lines).toEqual([
      { name: 'orders', at, text },
      { name: 'orders', at, text: '    at place (order.ts:3:1)' },
    ]);
  });
});

describe('following a log', () => {
  const seen: string[] = [];
  let end = (): void => undefined;
  beforeEach(() => seen.splice(0));
  afterEach(() => end());
  const follow = (from?: number) => (end = followLog(file, (text) => seen.push(text), from));

  it('begins at its end, and takes a line when it is complete', async () => {
    writeFileSync(file, 'old\n');
    follow();
    appendFileSync(file, 'one\ntw');
    await waitFor(() => seen.includes('one'));
    expect(seen).toEqual(['one']);
    appendFileSync(file, 'o – ü\n');
    await waitFor(() => seen.length === 2);
    expect(seen).toEqual(['one', 'two – ü']);
  });

  it('continues with the new file when the old one was renamed', async () => {
    writeFileSync(file, 'old\n');
    follow(0);
    await waitFor(() => seen.length === 1);
    renameSync(file, `${file}.1`);
    writeFileSync(file, 'new\n');
    await waitFor(() => seen.length === 2);
    expect(seen).toEqual(['old', 'new']);
  });

  it('waits for a file that is not there yet', async () => {
    rmSync(folder, { recursive: true });
    follow();
    mkdirSync(folder);
    writeFileSync(file, 'first\n');
    await waitFor(() => seen.length === 1);
    expect(seen).toEqual(['first']);
  });
});
