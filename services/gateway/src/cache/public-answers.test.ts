import { createPublicAnswers, isPublicAddress, type PublicAnswer } from './public-answers';

const answer = (text: string, status = 200): PublicAnswer => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: Buffer.from(text),
});
const LIST = '/api/products?limit=5';
const ID = '01900000-0000-7000-9000-000000000001';
const PRODUCT = `/api/products/${ID}`;

function setUp() {
  const clock = { ms: 1_000 };
  const counted: string[] = [];
  const answers = createPublicAnswers({
    count: (cache, result) => counted.push(`${cache} ${result}`),
    headersFor: () => ({}),
    now: () => clock.ms,
  });
  return { clock, counted, answers };
}
const text = async (flight: Promise<PublicAnswer>) => (await flight).body.toString();

describe('public answers', () => {
  it('are fetched once at a time and kept for a moment', async () => {
    const { answers, clock } = setUp();
    let fetched = 0;
    const fetch = () => Promise.resolve(answer(`${++fetched}`));
    expect(await Promise.all([text(answers.get(LIST, fetch)), text(answers.get(LIST, fetch))])).toEqual([
      '1',
      '1',
    ]);
    expect(answers.peek(LIST)?.body.toString()).toBe('1');
    clock.ms += 401;
    expect(answers.peek(LIST)).toBeUndefined();
    expect(await text(answers.get(LIST, fetch))).toBe('2');
  });

  it('fetched before a change are neither kept nor handed on after it', async () => {
    const { answers } = setUp();
    let release = (_: PublicAnswer) => undefined as void;
    const before = answers.get(LIST, () => new Promise((resolve) => (release = resolve)));
    answers.clear();
    const after = answers.get(LIST, () => Promise.resolve(answer('new')));
    release(answer('old'));
    expect([await text(before), await text(after)]).toEqual(['old', 'new']);
    expect(answers.peek(LIST)?.body.toString()).toBe('new');
  });

  it('of one product are dropped when catalog says so', async () => {
    const { answers } = setUp();
    await answers.get(PRODUCT, () => Promise.resolve(answer('old')));
    await answers.get('/api/products/other', () => Promise.resolve(answer('other')));
    answers.changed(ID);
    expect(answers.peek(PRODUCT)).toBeUndefined();
    expect(answers.peek('/api/products/other')).toBeDefined();
  });

  it('outlive their time when catalog is away, but not an error of the request', async () => {
    const { answers, clock, counted } = setUp();
    await answers.get(LIST, () => Promise.resolve(answer('kept')));
    clock.ms += 5_000;
    expect(await text(answers.get(LIST, () => Promise.reject(new Error('away'))))).toBe('kept');
    expect(await text(answers.get(LIST, () => Promise.resolve(answer('broken', 500))))).toBe('kept');
    expect(await text(answers.get(LIST, () => Promise.resolve(answer('gone', 404))))).toBe('gone');
    clock.ms += 61_000;
    await expect(answers.get(LIST, () => Promise.reject(new Error('away')))).rejects.toThrow('away');
    expect(counted.filter((each) => each === 'list stale')).toHaveLength(2);
  });

  it.each([
    ['/api/products', true],
    ['/api/products?q=x', true],
    ['/api/products/search?q=x', true],
    [PRODUCT, true],
    ['/api/categories', true],
    ['/api/pictures/abc', true],
    ['/api/products/mine', false],
    ['/api/products/my-home?limit=2', false],
    ['/api/productsx', false],
    ['/api/cart', false],
    [`/api/products?q=${'x'.repeat(600)}`, false],
  ])('%s is one: %s', (url, expected) => expect(isPublicAddress(url)).toBe(expected));
});
