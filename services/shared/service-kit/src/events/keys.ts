/** The stream through which replayed dead letters of a stream come back to one group. */
export const replayStream = (stream: string, group: string): string => `${stream}:replay:${group}`;

/**
 * A hash of failed tries: `<entry id>` counts them, `<entry id>:since` is when the event was first too early, in ms,
 * `<entry id>:starts` counts the processes that began to handle it alone and ended before they had done so.
 */
export const triesKey = (stream: string, group: string): string => `${stream}:tries:${group}`;

/** The dead letters of all groups of a stream, where earlier versions kept them. */
export const deadKey = (stream: string): string => `${stream}:dead`;

/** The keys that a group reads, each with the stream that its entries were published to. */
export function sourcesOf(streams: readonly string[], group: string): ReadonlyMap<string, string> {
  return new Map(
    streams.flatMap(
      (stream) =>
        [
          [stream, stream],
          [replayStream(stream, group), stream],
        ] as const,
    ),
  );
}
