/** The stream through which dead letters of a stream come back to one group. */
export const replayStream = (stream: string, group: string): string => `${stream}:replay:${group}`;

/** A hash of failed tries: `<entry id>` counts them, `<entry id>:since` is when it was first too early, in ms. */
export const triesKey = (stream: string, group: string): string => `${stream}:tries:${group}`;

/** Where a group's entries go that failed for good. */
export const deadKey = (stream: string): string => `${stream}:dead`;
