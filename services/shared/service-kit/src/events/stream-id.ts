/** The id of an entry of a Redis stream, in parts: `milliseconds-sequence`, ordered as numbers. */
export interface StreamId {
  ms: number;
  seq: number;
}

/** The id before every entry: that of a stream that is empty or missing. */
export const ZERO_ID = '0-0';

/** Splits `1732190000000-3`; a missing sequence counts as 0. */
export function parseStreamId(id: string): StreamId {
  const [ms = '0', seq = '0'] = id.split('-');
  return { ms: Number(ms), seq: Number(seq) };
}

/** Negative when `a` comes before `b`, 0 when they are the same entry. */
export function compareStreamIds(a: string, b: string): number {
  const left = parseStreamId(a);
  const right = parseStreamId(b);
  return left.ms - right.ms || left.seq - right.seq;
}

/** Seconds since an entry was added, never negative: the first part of its id is Redis's clock. */
export const ageOfStreamId = (id: string, now: number): number =>
  Math.max(0, (now - parseStreamId(id).ms) / 1000);
