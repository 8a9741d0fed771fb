import type { Redis } from 'ioredis';
import { blockingRedis } from '../../stores/redis';
import type { RawEntry } from '../entry';

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
  /** The keys to read from. */
  keys: readonly string[];
  count: number;
}

/**
 * A group's blocking reads, on a connection of their own. ioredis can leave a blocked read hanging for ever after a
 * reconnect, so each read has a deadline; past it the connection is thrown away.
 */
export function createReader(service: string, { url, group, consumer, keys, count }: ReaderOptions) {
  const state: { client?: Redis | undefined; clientId?: number | undefined } = {};

  async function connect(): Promise<Redis> {
    if (state.client) return state.client;
    const client = blockingRedis(service, url);
    state.client = client;
    await client.connect();
    state.clientId = await client.client('ID');
    // Entries that Redis sent on a connection that broke may not have arrived. They are in the pending list.
    client.once('close', () => {
      if (state.client === client) close();
    });
    return client;
  }

  function close(): void {
    const { client } = state;
    state.client = undefined;
    state.clientId = undefined;
    client?.disconnect();
  }

  async function call(from: readonly string[], blockMs: number | undefined): Promise<unknown> {
    const redis = await connect();
    const block = blockMs === undefined ? [] : ['BLOCK', String(Math.max(1, Math.round(blockMs)))];
    const options = ['COUNT', String(count), ...block];
    return redis.call('XREADGROUP', 'GROUP', group, consumer, ...options, 'STREAMS', ...keys, ...from);
  }

  async function read(from: readonly string[], blockMs: number | undefined): Promise<ReadReply> {
    const limit = (blockMs ?? 0) + GRACE_MS;
    let timer: NodeJS.Timeout | undefined;
    const silence = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new SilentConnection(`no reply within ${limit} ms`)), limit);
    });
    const reply = call(from, blockMs);
    try {
      return asReply((await Promise.race([reply, silence])) as RawReply);
    } catch (error) {
      reply.catch(() => undefined);
      if (!(error instanceof Error) || !error.message.startsWith('NOGROUP')) close();
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  /** New entries, waiting for them at most `blockMs` (no more than BLOCK_MS). */
  function readNew(blockMs: number): Promise<ReadReply> {
    const from = keys.map(() => '>');
    return read(from, Math.min(blockMs, BLOCK_MS));
  }

  /** Entries of this consumer that it has not acknowledged, after the given id of each key. */
  function readPending(after: ReadonlyMap<string, string>): Promise<ReadReply> {
    const from = keys.map((key) => after.get(key) ?? '0-0');
    return read(from, undefined);
  }

  /** Ends a wait that is under way, by way of another connection. */
  async function unblock(redis: Redis): Promise<void> {
    if (state.clientId !== undefined) await redis.client('UNBLOCK', state.clientId);
  }

  return {
    /** True while the connection of the last read is in use, so that no entry can have been lost on the way. */
    isConnected: () => state.client !== undefined,
    readNew,
    readPending,
    unblock,
    close,
  };
}
export type Reader = ReturnType<typeof createReader>;

type RawReply = (string | RawEntry[] | [string, RawEntry[]])[] | null;

/** RESP2 answers pairs, RESP3 a map that ioredis flattens. */
function asReply(reply: RawReply): ReadReply {
  if (!reply) return [];
  if (typeof reply[0] !== 'string') return reply as unknown as ReadReply;
  const pairs: ReadReply = [];
  for (let i = 0; i + 1 < reply.length; i += 2) pairs.push([reply[i] as string, reply[i + 1] as RawEntry[]]);
  return pairs;
}
