import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { counter, type MetricsOwner } from '../observe/metrics';

export interface SlowReaderLimits {
  /** Milliseconds within which every client must read what was written to it. */
  graceMs: number;
  /** The rate at which a client must read: this many waiting bytes allow it one more second. */
  bytesPerSecond: number;
  /** The most bytes that wait for all clients together. Above it the clients that wait longest are closed at once. */
  maxWaiting: number;
  checkMs: number;
}

/** 4 kB a second is slower than a telephone with bad reception. */
const LIMITS: SlowReaderLimits = {
  graceMs: 30_000,
  bytesPerSecond: 4_000,
  maxWaiting: 48_000_000,
  checkMs: 1_000,
};

/** The bytes that waited for a client at one moment. */
interface Mark {
  readonly at: number;
  /** All bytes that the operating system had taken by then. */
  readonly taken: number;
  readonly waiting: number;
}

/**
 * Closes connections whose client reads an answer too slowly or not at all, because their unsent bytes stay in memory. Node's
 * server has time limits for requests only. The bytes that wait at one moment must be read within `graceMs`, plus a second for
 * each `bytesPerSecond` of them. Then the bytes that were written later are measured.
 */
export function closeSlowReaders(
  owner: MetricsOwner,
  server: Server,
  given: Partial<SlowReaderLimits> = {},
): void {
  const limits = { ...LIMITS, ...given };
  const closed = counter(owner, 'bramble_slow_readers_total');
  const marks = new Map<Socket, Mark | undefined>();

  const close = (socket: Socket) => {
    marks.delete(socket);
    closed.inc({});
    // With RST, since the operating system would otherwise keep the bytes that it has taken.
    socket.resetAndDestroy();
  };

  /** The bytes that wait for one client; closes the connection when they have waited too long. */
  function check(socket: Socket, mark: Mark | undefined, now: number): number {
    const waiting = socket.writableLength;
    if (waiting === 0) {
      if (mark) marks.set(socket, undefined);
      return 0;
    }
    const taken = socket.bytesWritten - waiting;
    if (!mark || taken - mark.taken >= mark.waiting) marks.set(socket, { at: now, taken, waiting });
    else if (now - mark.at > limits.graceMs + (1_000 * mark.waiting) / limits.bytesPerSecond) {
      close(socket);
      return 0;
    }
    return waiting;
  }

  function closeLongest(excess: number): void {
    const waiting = [...marks].flatMap(([socket, mark]) => (mark ? [{ socket, at: mark.at }] : []));
    let left = excess;
    for (const { socket } of waiting.sort((a, b) => a.at - b.at)) {
      if (left <= 0) return;
      left -= socket.writableLength;
      close(socket);
    }
  }

  const sweep = () => {
    const now = performance.now();
    let waiting = 0;
    for (const [socket, mark] of marks) waiting += check(socket, mark, now);
    if (waiting > limits.maxWaiting) closeLongest(waiting - limits.maxWaiting);
  };

  server.on('connection', (socket: Socket) => {
    // A connection comes again when a request on it offered another protocol.
    if (marks.has(socket)) return;
    marks.set(socket, undefined);
    socket.once('close', () => marks.delete(socket));
  });
  const timer = setInterval(sweep, limits.checkMs);
  timer.unref();
  server.on('close', () => clearInterval(timer));
}
