import type { Redis } from 'ioredis';
import type { Service } from '../../runtime/service';
import { blockingRedis } from '../../stores/redis';
import type { RawEntry } from './entry';

/** Longest wait of one blocking read, and how much longer its connection may stay silent before it is replaced. */
export const BLOCK_MS = 5_000;
const GRACE_MS = 2_000;

export type ReadReply = [stream: string, entries: RawEntry[]][];

/** The connection was silent for longer than a blocking read may take, and was replaced. */
export class SilentConnection extends Error {
  override readonly name = 'SilentConnection';
}

interface ReaderOptions {
  url: string;
  group: string;
  consumer: string;
  streams: readonly string[];
  count: number;
}

/**
 * A group's blocking reads, on a connection of their own. ioredis can leave a blocked read hanging for ever after a
 * reconnect, so each read has a deadline; past it the connection is thrown away.
 */
export function createReader(service: Service, { url, group, consumer, streams, count }: ReaderOptions) {
  let client: Redis | undefined;
  let clientId: number | undefined;

  const connected = async (): Promise<Redis> => {
    if (client) return client;
    const fresh = blockingRedis(service, url);
    client = fresh;
    await fresh.connect();
    clientId = await fresh.client('ID');
    // A connection that broke may have been sent entries that never arrived: the owner must look at its pending list.
    fresh.once('close', () => {
      if (client === fresh) drop();
    });
    return fresh;
  };

  const drop = () => {
    const old = client;
    client = undefined;
    clientId = undefined;
    old?.disconnect();
  };

  const read = async (from: readonly string[], blockMs: number | undefined): Promise<ReadReply> => {
    const call = async () => {
      const redis = await connected();
      const block = blockMs === undefined ? [] : ['BLOCK', String(Math.max(1, Math.round(blockMs)))];
      return (await redis.call(
        'XREADGROUP',
        'GROUP',
        group,
        consumer,
        'COUNT',
        String(count),
        ...block,
        'STREAMS',
        ...streams,
        ...from,
      )) as (string | RawEntry[])[] | null;
    };
    const limit = (blockMs ?? 0) + GRACE_MS;
    let timer: NodeJS.Timeout | undefined;
    const silent = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new SilentConnection(`no reply within ${limit} ms`)), limit);
    });
    const answer = call();
    try {
      return asReply(await Promise.race([answer, silent]));
    } catch (error) {
      answer.catch(() => undefined);
      if (!(error instanceof Error) || !error.message.startsWith('NOGROUP')) drop();
      throw error;
    } finally {
      clearTimeout(timer);
    }
  };

  return {
    /** True while the connection of the last read is in use: nothing can have got lost on the way. */
    isConnected: () => client !== undefined,
    /** New entries, waiting at most `blockMs` (no more than BLOCK_MS). */
    readNew: (blockMs: number) =>
      read(
        streams.map(() => '>'),
        Math.min(blockMs, BLOCK_MS),
      ),
    /** Entries of this consumer that it has not acknowledged, after the given id of each stream. */
    readPending: (after: ReadonlyMap<string, string>) =>
      read(
        streams.map((stream) => after.get(stream) ?? '0-0'),
        undefined,
      ),
    /** Ends a wait that is under way, with the help of another connection. */
    unblock: async (redis: Redis): Promise<void> => {
      if (clientId !== undefined) await redis.client('UNBLOCK', clientId);
    },
    close: drop,
  };
}

/** RESP2 answers pairs, RESP3 a map that ioredis flattens. */
function asReply(reply: (string | RawEntry[] | [string, RawEntry[]])[] | null): ReadReply {
  if (!reply) return [];
  if (typeof reply[0] !== 'string') return reply as unknown as ReadReply;
  const pairs: ReadReply = [];
  for (let i = 0; i + 1 < reply.length; i += 2) pairs.push([reply[i] as string, reply[i + 1] as RawEntry[]]);
  return pairs;
}
