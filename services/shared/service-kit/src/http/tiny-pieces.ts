import type { IncomingMessage } from 'node:http';

/** So many pieces may be of any size. */
const FREE_PIECES = 256;
/** The bytes that a piece has at least, on average. A network packet holds 536 or more. */
const AVERAGE_BYTES = 64;

/**
 * Closes the connection of a request whose body comes in pieces of a few bytes. Node.js keeps an object of some hundred
 * bytes for each piece until somebody reads it, so 100 kB in pieces of one byte would take 35 MB. It is asked before the
 * pieces are kept: also a request that still waits for its turn holds few.
 */
export function refuseTinyPieces(req: IncomingMessage): void {
  const push = req.push.bind(req);
  let pieces = 0;
  let bytes = 0;
  let refused = false;
  req.push = (piece: Buffer | null, encoding?: BufferEncoding) => {
    if (refused) return false;
    if (piece !== null) {
      pieces += 1;
      bytes += piece.length;
      if (pieces > FREE_PIECES && bytes < pieces * AVERAGE_BYTES) {
        refused = true;
        req.destroy();
        return false;
      }
    }
    return push(piece, encoding);
  };
}
