import { createPublicAnswers, type PublicAnswer, type PublicRequest } from './public-answers';

const answer = (text: string, status = 200): PublicAnswer => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: Buffer.from(text),
});
const ID = '01900000-0000-7000-9000-000000000001';
const list = (url: string): PublicRequest => ({ url, kind: 'list', route: '/api/products' });
const product = (id: string): PublicRequest => ({
  url: `/api/products/${id}`,
  kind: 'product',
  route: '/api/products/{id}',
});
const LIST = list('/api/products?limit=5');
const PRODUCT = product(ID);
const OTHER = product('other');

function setUp(maxBytes?: number) {
  const clock = { ms: 1_000 };
  const counted: string[] = [];
  const answers = createPublicAnswers({
    count: (cache, result) => counted.push(`${cache} ${result}`),
    headersFor: () => ({}),
    ...(maxBytes === undefined ? {} : { maxBytes }),
    now: () => clock.ms,
  });
  return { clock, counted, answers };
}
const text = async (flight: Promise<PublicAnswer>) => (await flight).body.toString();

describe('public answers', () => {
  it('are fetched by one request at a time and cached for less than half a second', async () => {
    const { answers, clock } = setUp();
    let fetched = 0;
    const fetch = () => Promise.resolve(answer(`${++fetched}`));
    expect(await Promise.all([text(answers.get(LIST, fetch)), text(answers.get(LIST, fetch))])).toEqual([
      '1',
      '1',
    ]);
    expect(answers.getFresh(LIST.url)?.body.toString()).toBe('1');
    clock.ms += 401;
    expect(answers.getFresh(LIST.url)).toBeUndefined();
    expect(await text(answers.get(LIST, fetch))).toBe('2');
  });

  it('fetched before a change are neither cached nor sent after it', async () => {
    const { answers } = setUp();
    let release = (_: PublicAnswer) => undefined as void;
    const before = answers.get(LIST, () => new Promise((resolve) => (release = resolve)));
    answers.clear();
    const after = answers.get(LIST, () => Promise.resolve(answer('new')));
    release(answer('old'));
    expect([await text(before), await text(after)]).toEqual(['old', 'new']);
    expect(answers.getFresh(LIST.url)?.body.toString()).toBe('new');
  });

  it('of one product are dropped when catalog publishes its change', async () => {
    const { answers } = setUp();
    await answers.get(PRODUCT, () => Promise.resolve(answer('old')));
    await answers.get(OTHER, () => Promise.resolve(answer('other')));
    answers.changed(ID);
    expect(answers.getFresh(PRODUCT.url)).toBeUndefined();
    expect(answers.getFresh(OTHER.url)).toBeDefined();
  });

  it('are sent as stale answers while catalog is away, and not when the request is refused', async () => {
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

  it('take no more bytes than the limit, however small each is, and the least recently used are evicted first', async () => {
    const { answers } = setUp(1_000_000);
    await answers.get(LIST, () => Promise.resolve(answer('wanted')));
    for (let n = 0; n < 2_000; n++) {
      await answers.get(list(`/api/products?q=${n}`), () => Promise.resolve(answer('{}')));
      answers.getFresh(LIST.url);
    }
    const { bytes, entries } = answers.size();
    expect(bytes).toBeLessThanOrEqual(1_000_000);
    expect(entries).toBeLessThanOrEqual(500);
    expect(entries).toBeGreaterThan(300);
    expect(answers.getFresh(LIST.url)).toBeDefined();
    expect(answers.getFresh('/api/products?q=0')).toBeUndefined();
    expect(answers.getFresh('/api/products?q=1999')).toBeDefined();
  });

  it('are removed when they are too old even as stale answers', async () => {
    const { answers, clock } = setUp();
    await answers.get(LIST, () => Promise.resolve(answer('old')));
    clock.ms += 60_000;
    answers.dropExpired();
    expect(answers.size().entries).toBe(1);
    clock.ms += 1_000;
    answers.dropExpired();
    expect(answers.size()).toEqual({ bytes: 0, entries: 0 });
  });

  it('are not cached for long addresses', async () => {
    const { answers } = setUp();
    await answers.get(list(`/api/products?q=${'x'.repeat(600)}`), () => Promise.resolve(answer('long')));
    expect(answers.size().entries).toBe(0);
  });
});
