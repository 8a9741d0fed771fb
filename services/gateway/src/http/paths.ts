import { reservedSegments } from '@bramble/contracts/gateway';

/** The path of a request's target without its query. */
export function pathWithoutQuery(url: string): string {
  const end = url.indexOf('?');
  return end < 0 ? url : url.slice(0, end);
}

/** Dot segments, encoded separators, control characters and the like: another parser may normalise them differently. */
const ambiguous = /\/\.{1,2}(?:\/|$)|%2e|%2f|%5c|%00|[\\\x00-\x20\x7f#]|\/\//i;

/** True for a path in origin form that every parser reads the same way. */
export const isUnambiguousPath = (path: string): boolean => path.startsWith('/') && !ambiguous.test(path);

const RESERVED: ReadonlySet<string> = new Set(reservedSegments);

/**
 * True for a path whose first segment is reserved in any spelling: another case, encoded letters, or an encoding that
 * cannot be decoded.
 */
export function isReservedPath(path: string): boolean {
  const end = path.indexOf('/', 1);
  const segment = path.slice(1, end < 0 ? undefined : end);
  try {
    return RESERVED.has(decodeURIComponent(segment).toLowerCase());
  } catch {
    return true;
  }
}
