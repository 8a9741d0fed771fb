/** The path of a request's target without its query. */
export function pathOf(url: string): string {
  const end = url.indexOf('?');
  return end < 0 ? url : url.slice(0, end);
}

/** Nothing of ours has such a path; a part behind us might read it as another one. */
const devious = /\/\.{1,2}(?:\/|$)|%2e|%2f|%5c|%00|[\\\x00-\x20\x7f#]|\/\//i;

/** True for paths in origin form that mean the same to everybody who reads them. */
export const isPlainPath = (path: string): boolean => path.startsWith('/') && !devious.test(path);
