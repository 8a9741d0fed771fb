const safe = new Set(['GET', 'HEAD', 'OPTIONS']);

/** True for a method that may change data. */
export const isUnsafe = (method: string | undefined): boolean => !safe.has(method ?? '');
