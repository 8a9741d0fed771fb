import { withoutWords } from './without-words';

describe('a contract without words', () => {
  it('has no descriptions and examples, at any depth', () => {
    const schema = { type: 'string', description: 'A name.', examples: ['Ada'] };
    expect(withoutWords({ anyOf: [schema, { type: 'null' }], description: 'Who.', example: 'Ada' })).toEqual({
      anyOf: [{ type: 'string' }, { type: 'null' }],
    });
  });

  it('keeps fields that have such a name, but not their words', () => {
    const field = { type: 'string' };
    const properties = { description: field, examples: { type: 'array', items: field }, properties: field };
    const worded = { ...properties, description: { ...field, description: 'What the product is.' } };
    expect(withoutWords({ properties: worded })).toEqual({ properties });
  });
});
