import { pipeline, Readable, type Transform } from 'node:stream';
import { createGunzip, createGzip } from 'node:zlib';
import { seal, unseal } from './sealed';

/*
 * The lines of an archive, each a JSON object, in this order: about, secrets, then each database with its tables or
 * collections and their content, and `end` with the counts. Rows and documents stay text, so that numbers beyond
 * JavaScript's precision are not changed.
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
const NEWLINE = 0x0a;

/** A row or document is embedded as JSON, not as a string: it needs half the quoting and compresses better. */
const toText = (line: Line): string =>
  'content' in line ? `${CONTENT}${line.content}}\n` : `${JSON.stringify(line)}\n`;
const toLine = (text: string): Line =>
  text.startsWith(CONTENT) ? { content: text.slice(CONTENT.length, -1) } : (JSON.parse(text) as Line);

/** Turns lines into compressed, sealed bytes. `key` as in `seal`. */
export function pack(key: string, lines: AsyncIterable<Line>): AsyncGenerator<Uint8Array> {
  async function* texts(): AsyncGenerator<string> {
    for await (const line of lines) yield toText(line);
  }
  // One line at a time, because a line may contain a picture.
  return seal(key, through(Readable.from(texts(), { highWaterMark: 1 }), createGzip()));
}

/** The reverse of `pack`; throws when a byte was changed or the end is missing. */
export async function* unpack(key: string, source: AsyncIterable<Uint8Array>): AsyncGenerator<Line> {
  let ended = false;
  for await (const text of textLines(through(Readable.from(unseal(key, source)), createGunzip()))) {
    const line = toLine(text);
    ended = 'end' in line;
    yield line;
  }
  if (!ended) throw new Error('the archive ends too early');
}

/**
 * The output of a transform stream. An error of the source is passed to the output, and each is destroyed with the
 * other.
 */
function through(source: Readable, transform: Transform): AsyncIterable<Buffer> {
  return pipeline(source, transform, () => undefined);
}

/** The lines of a text, each as soon as it is read. `readline` would buffer a thousand lines ahead of its reader. */
async function* textLines(source: AsyncIterable<Buffer>): AsyncGenerator<string> {
  let parts: Buffer[] = [];
  for await (const chunk of source) {
    let from = 0;
    for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, from)) {
      yield Buffer.concat([...parts, chunk.subarray(from, at)]).toString();
      parts = [];
      from = at + 1;
    }
    parts.push(chunk.subarray(from));
  }
  const rest = Buffer.concat(parts).toString();
  if (rest !== '') yield rest;
}
