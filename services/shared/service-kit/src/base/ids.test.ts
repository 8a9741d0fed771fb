import { newId, orderNumber } from './ids';

describe('ids', () => {
  it('sort in the order they were made, also within one millisecond', () => {
    const ids = Array.from({ length: 20_000 }, newId);
    expect([...ids].sort()).toEqual(ids);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('are version 7 UUIDs that carry the time', () => {
    const before = Date.now();
    const id = newId();
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    const at = parseInt(id.replaceAll('-', '').slice(0, 12), 16);
    expect(Math.abs(at - before)).toBeLessThan(5_000);
  });

  it('give order numbers without characters that look alike', () => {
    expect(orderNumber()).toMatch(/^BR-[2-9A-HJ-KMNP-TW-Z]{8}$/);
  });
});
