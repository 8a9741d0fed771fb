import { z } from 'zod';
import { decodeCursor, encodeCursor, toPage } from './cursor';

const position = z.tuple([z.int(), z.string()]);

describe('cursors', () => {
  it('decode to the position they were made of', () => {
    expect(decodeCursor(encodeCursor([7, 'a']), position)).toEqual([7, 'a']);
  });

  it('are invalid_input when the list did not make them', () => {
    for (const cursor of [
      '',
      '!!',
      'bm90IGpzb24',
      encodeCursor(['a', 7]),
      encodeCursor([{ $gt: '' }, 'a']),
    ]) {
      expect(() => decodeCursor(cursor, position)).toThrow(
        expect.objectContaining({ code: 'invalid_input' }),
      );
    }
  });

  it('are null on the last page only', () => {
    const page = (rows: number[]) =>
      toPage(
        rows,
        2,
        (row) => row,
        (row) => [row, 'x'],
      );
    expect(page([1, 2])).toEqual({ items: [1, 2], nextCursor: null });
    expect(page([1, 2, 3]).items).toEqual([1, 2]);
    expect(decodeCursor(page([1, 2, 3]).nextCursor!, position)).toEqual([2, 'x']);
  });
});
