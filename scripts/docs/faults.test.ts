import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { pictureFaults } from './faults';
import { drawPictures } from './pictures';

let pictures: ReadonlyMap<string, string>;
let docs: string;
beforeAll(async () => {
  pictures = await drawPictures();
}, 30_000);
beforeEach(() => {
  docs = mkdtempSync(path.join(os.tmpdir(), 'bramble-docs-'));
  mkdirSync(path.join(docs, 'images'));
  cpSync('docs/architecture.md', path.join(docs, 'architecture.md'));
  for (const name of pictures.keys()) cpSync(`docs/images/${name}`, path.join(docs, 'images', name));
});
afterEach(() => rmSync(docs, { recursive: true }));

describe('the pictures of docs/architecture.md', () => {
  it('are what the code says, and all of them are shown', () => {
    expect(pictureFaults(pictures, 'docs')).toEqual([]);
  });

  it('are the same when they are drawn again', async () => {
    expect(await drawPictures()).toEqual(pictures);
  }, 60_000);

  it('are found to be stale, missing, hidden or left over', () => {
    const image = (name: string) => path.join(docs, 'images', name);
    const life = readFileSync(image('order-life.svg'), 'utf8');
    writeFileSync(image('order-life.svg'), life.replace('>PENDING<', '>WAITING<'));
    rmSync(image('request.svg'));
    writeFileSync(image('river.svg'), '<svg/>');
    const document = path.join(docs, 'architecture.md');
    writeFileSync(
      document,
      readFileSync(document, 'utf8').replace('(images/mail-queue.svg)', '(images/x.svg)'),
    );
    expect(pictureFaults(pictures, docs)).toEqual([
      'docs/images/order-life.svg is not what the code says: npm run docs',
      'docs/images/request.svg is not what the code says: npm run docs',
      'docs/architecture.md does not show mail-queue.svg',
      'docs/images/river.svg is left over: no code draws it',
    ]);
  });
});
