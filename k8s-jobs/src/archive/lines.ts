import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { createGunzip, createGzip } from 'node:zlib';
import { seal, unseal } from './sealed';

/*
 * What an archive says, one JSON object to a line, in this order: about, secrets, then each database with its tables or
 * collections and their content, and `end` with the counts. Rows and documents are kept as text: a number that JavaScript
 * cannot hold passes through unharmed.
 */
export interface About {
  readonly version: 1;
  readonly createdAt: string;
  readonly release: string;
  readonly namespace: string;
}
export interface SavedSecret {
  readonly name: string;
  /** Values in base64, as in a Secret. */
  readonly data: Readonly<Record<string, string>>;
}
export interface SavedCollection {
  readonly name: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly indexes: readonly Readonly<Record<string, unknown>>[];
}
export interface Counts {
  readonly rows: number;
  readonly documents: number;
}
export type Line =
  | { readonly about: About }
  | { readonly secret: SavedSecret }
  | { readonly postgres: string; readonly migrations: readonly string[] }
  | { readonly table: string; readonly columns: readonly string[] }
  | { readonly mongodb: string }
  | { readonly collection: SavedCollection }
  | { readonly content: string }
  | { readonly end: Counts };

const CONTENT = '{"content":';

/** A row or document stands in the line as it is, not as a string: half the quoting, and it compresses better. */
const toText = (line: Line): string =>
  'content' in line ? `${CONTENT}${line.content}}\n` : `${JSON.stringify(line)}\n`;
const toLine = (text: string): Line =>
  text.startsWith(CONTENT) ? { content: text.slice(CONTENT.length, -1) } : (JSON.parse(text) as Line);

/** Lines → compressed, sealed bytes. */
export function pack(passphrase: string, lines: AsyncIterable<Line>): AsyncGenerator<Buffer> {
  const texts = async function* () {
    for await (const line of lines) yield toText(line);
  };
  const zipped = Readable.from(texts()).on('error', (error) => gzip.destroy(error));
  const gzip = createGzip();
  return seal(passphrase, zipped.pipe(gzip) as AsyncIterable<Buffer>);
}

/** The reverse; throws when anything is not as it was packed, or when the end is missing. */
export async function* unpack(passphrase: string, source: AsyncIterable<Buffer>): AsyncGenerator<Line> {
  const gunzip = createGunzip();
  const bytes = Readable.from(unseal(passphrase, source));
  bytes.on('error', (error) => gunzip.destroy(error));
  let ended = false;
  const input = bytes.pipe(gunzip);
  const failed = new Promise<never>((_, reject) => input.once('error', reject));
  failed.catch(() => undefined);
  const texts = createInterface({ input, crlfDelay: Infinity })[Symbol.asyncIterator]();
  for (;;) {
    // readline swallows its input's errors and would look like an end.
    const { done, value } = await Promise.race([texts.next(), failed]);
    if (done === true) break;
    const line = toLine(value);
    ended = 'end' in line;
    yield line;
  }
  if (!ended) throw new Error('the archive ends too early');
}
