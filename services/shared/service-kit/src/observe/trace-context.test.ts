import fc from 'fast-check';
import { formatTraceparent, parseTraceparent } from './trace-context';

const hex = (length: number) =>
  fc
    .string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: length, maxLength: length })
    .filter((text) => !/^0+$/.test(text));

describe('trace context', () => {
  it('is read as it was written', () => {
    fc.assert(
      fc.property(hex(32), hex(16), fc.boolean(), (traceId, spanId, sampled) => {
        const context = { traceId, spanId, sampled };
        expect(parseTraceparent(formatTraceparent(context))).toEqual(context);
      }),
    );
  });

  it.each([
    ['', 'nothing'],
    ['00-00000000000000000000000000000000-00f067aa0ba902b7-01', 'no trace'],
    ['00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01', 'no span'],
    ['00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01', 'capital letters'],
    ['ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01', 'another version'],
    ["00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'; DROP TABLE orders", 'more behind it'],
  ])('takes %j for a new trace: %s', (text) => {
    expect(parseTraceparent(text)).toBeUndefined();
  });
});
