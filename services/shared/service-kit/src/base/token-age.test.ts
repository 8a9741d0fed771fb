import { createAgeCheck, LIFE_SECONDS, type Stamp } from './token-age';

const DAY = 1_700_000_000;
const TEN_MINUTES = 600;

/** A sender whose wall clock is off by `skew` seconds, and whose process began at second 100 of the receiver's clock. */
const sender =
  (from: string, skew: number) =>
  (at: number): Stamp => ({ from, up: at - 100, exp: DAY + at + skew + LIFE_SECONDS });
const clocks = (at: number) => ({ day: DAY + at, running: at });

describe('the age of a token', () => {
  it.each([-TEN_MINUTES, 0, TEN_MINUTES])('ends after a minute when the clocks are %d s apart', (skew) => {
    const isYoung = createAgeCheck();
    const sign = sender('gateway', skew);
    const stolen = sign(200);
    expect(isYoung(stolen, clocks(200))).toBe(true);
    expect(isYoung(stolen, clocks(255))).toBe(true);
    expect(isYoung(sign(330), clocks(330))).toBe(true);
    expect(isYoung(stolen, clocks(330))).toBe(false);
    expect(isYoung(stolen, clocks(200 + TEN_MINUTES))).toBe(false);
    expect(isYoung(sign(900), clocks(900))).toBe(true);
  });

  it('is not changed by a clock that is set back or forth while both processes run', () => {
    const isYoung = createAgeCheck();
    expect(isYoung(sender('gateway', 0)(200), clocks(200))).toBe(true);
    expect(isYoung(sender('gateway', -TEN_MINUTES)(400), clocks(400))).toBe(true);
    expect(isYoung(sender('gateway', TEN_MINUTES)(500), clocks(500))).toBe(true);
  });

  it('is by the wall clock when the monotonic clock of a sender stood still', () => {
    const isYoung = createAgeCheck();
    expect(isYoung(sender('gateway', 0)(200), clocks(200))).toBe(true);
    // The machine of the sender slept for an hour.
    const awake: Stamp = { from: 'gateway', up: 110, exp: DAY + 3_810 + LIFE_SECONDS };
    expect(isYoung(awake, clocks(3_810))).toBe(true);
  });

  it('is at most a quarter of an hour by the wall clock, also for an unknown sender', () => {
    const isYoung = createAgeCheck();
    expect(isYoung(sender('a', -TEN_MINUTES)(200), clocks(200))).toBe(true);
    expect(isYoung(sender('b', -1_000)(200), clocks(200))).toBe(false);
    expect(isYoung(sender('c', 1_000)(200), clocks(200))).toBe(false);
    expect(isYoung({ exp: DAY + 200 - 1_000 }, clocks(200))).toBe(false);
    expect(isYoung({ exp: DAY + 200 + LIFE_SECONDS }, clocks(200))).toBe(true);
  });

  it('is compared for the last thousand senders only', () => {
    const isYoung = createAgeCheck();
    const sign = sender('first', -TEN_MINUTES);
    isYoung(sign(200), clocks(200));
    expect(isYoung(sign(200), clocks(330))).toBe(false);
    for (let n = 0; n < 1_000; n++) isYoung(sender(`other ${n}`, 0)(330), clocks(330));
    expect(isYoung(sign(200), clocks(330))).toBe(true);
  });
});
