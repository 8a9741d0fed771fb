import fc from 'fast-check';
import { entry, lab, noTries } from '../../../test/runner-lab';

describe('the runner of batches, with any events', () => {
  it('loses no event, handles none twice and keeps the order of each key, whatever fails', async () => {
    const event = fc.record({
      key: fc.constantFrom('a', 'b', 'c', 'd'),
      failures: fc.constantFrom(0, 0, 0, 0, 1, 3, Infinity),
      transient: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(event, { maxLength: 60 }),
        fc.integer({ min: 1, max: 20 }),
        async (events, size) => {
          const left = new Map(events.map(({ failures }, i) => [String(i), failures]));
          const away = new Set(events.flatMap(({ transient }, i) => (transient ? [String(i)] : [])));
          const { runner, log, settle } = lab((id, alone) => {
            if (away.delete(id)) return new Error('away');
            const failures = left.get(id) ?? 0;
            if (failures === 0) return undefined;
            if (alone) left.set(id, failures - 1);
            return new Error('poison');
          });
          const entries = events.map(({ key }, i) => entry(i, key));
          for (let i = 0; i < entries.length; i += size) {
            await runner.run(entries.slice(i, i + size), noTries);
            if (i % 2 === 0) await runner.runDue();
          }
          await settle();
          const poison = events.flatMap(({ failures }, i) => (failures === Infinity ? [String(i)] : []));
          expect([...log.dead].sort()).toEqual(poison.sort());
          expect(new Set(log.effects).size).toBe(log.effects.length);
          expect(log.effects.length + log.dead.length).toBe(events.length);
          for (const key of 'abcd') {
            const ofKey = log.effects.map(Number).filter((i) => events[i]?.key === key);
            expect(ofKey).toEqual([...ofKey].sort((x, y) => x - y));
          }
          expect(runner.heldCount()).toBe(0);
        },
      ),
      { numRuns: 200 },
    );
  });
});
