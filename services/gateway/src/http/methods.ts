const safe = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Whether a request of this method may change something. */
export const isUnsafe = (method: string | undefined): boolean => !safe.has(method ?? '');
