const SMALLEST = 4_096;

/**
 * Puts the pieces of a body into one buffer that grows by doubling, so that a body in a hundred thousand pieces takes no
 * more memory than twice its size. A body in one piece is not copied.
 */
export function collectBytes() {
  let buffer: Buffer = Buffer.alloc(0);
  let size = 0;

  function add(piece: Buffer): void {
    if (size === 0) buffer = piece;
    else {
      const needed = size + piece.length;
      if (needed > buffer.length) {
        const larger = Buffer.allocUnsafe(Math.max(SMALLEST, 2 * needed));
        buffer.copy(larger, 0, 0, size);
        buffer = larger;
      }
      piece.copy(buffer, size);
    }
    size += piece.length;
  }

  return { add, size: () => size, bytes: (): Buffer => buffer.subarray(0, size) };
}
