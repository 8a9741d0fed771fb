/** Whether If-None-Match names this tag; only GET and HEAD may ask so. */
export const matchesTag = (header: string | undefined, etag: string | undefined): boolean =>
  header !== undefined &&
  etag !== undefined &&
  (header === etag ||
    header.split(',').some((each) => each.trim().replace(/^W\//, '') === etag || each.trim() === '*'));
