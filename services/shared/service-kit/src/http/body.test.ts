import { parseJson } from './body';

const parse = (text: string) => parseJson(Buffer.from(text));

describe('a JSON body', () => {
  it.each([
    ['NUL', '{"a":"x\\u0000y"}'],
    ['NUL in a key', '{"a\\u0000":1}'],
    ['a lone high surrogate', '{"a":[{"b":"\\ud83d"}]}'],
    ['a lone low surrogate', '["\\ude00x"]'],
    ['surrogates in the wrong order', '["\\ude00\\ud83d"]'],
  ])('is refused with text that no store keeps: %s', (_name, text) => {
    expect(() => parse(text)).toThrow(expect.objectContaining({ code: 'invalid_input' }));
  });

  it('may contain escaped characters, and text that looks like an escape', () => {
    expect(parse('{"a":"\\ud83d\\ude00","b":"\\\\u0000"}')).toEqual({ a: '😀', b: '\\u0000' });
  });

  it('is nested a hundred levels at most, and may have more values side by side', () => {
    const nested = (levels: number) => `${'['.repeat(levels)}1${']'.repeat(levels)}`;
    expect(() => parse(nested(100))).not.toThrow();
    expect(() => parse(`[${Array(500).fill('{}').join()}]`)).not.toThrow();
    for (const levels of [101, 40_000])
      expect(() => parse(nested(levels))).toThrow(expect.objectContaining({ code: 'invalid_input' }));
  });
});
