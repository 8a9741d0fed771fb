import { createSourceWatch } from './source-watch';

function setUp() {
  const clock = { ms: 1 };
  const warned: unknown[] = [];
  const watch = createSourceWatch(
    { warn: (fields: unknown) => void warned.push(fields) } as never,
    () => clock.ms,
  );
  const send = (count: number, address: (n: number) => string) => {
    for (let n = 0; n < count; n++) watch(address(n));
  };
  return { clock, warned, send };
}

it('warns once an hour when nearly all requests come from one address', () => {
  const { clock, warned, send } = setUp();
  send(1_000, (n) => (n % 50 === 0 ? '203.0.113.7' : '10.42.0.1'));
  expect(warned).toEqual([{ address: '10.42.0.1', requests: 980, of: 1_000 }]);
  send(5_000, () => '10.42.0.1');
  expect(warned).toHaveLength(1);
  clock.ms += 3_600_001;
  send(1_000, () => '10.42.0.1');
  expect(warned).toHaveLength(2);
});

it('stays quiet when many addresses send, and on one machine', () => {
  const { warned, send } = setUp();
  send(5_000, (n) => `203.0.113.${n % 20}`);
  send(5_000, () => '127.0.0.1');
  expect(warned).toEqual([]);
});
