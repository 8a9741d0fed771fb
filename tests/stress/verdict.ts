/** Whether the shop kept a promise. */
export interface Verdict {
  /** A sentence that anyone can read. */
  promise: string;
  wanted: string;
  seen: string;
  kept: boolean;
  /** What broke the promise, one line each. */
  because: readonly string[];
}

/** A promise that names an exact number. */
export const exactly = (
  promise: string,
  wanted: number,
  seen: number,
  because: readonly string[] = [],
): Verdict => ({
  promise,
  wanted: String(wanted),
  seen: String(seen),
  kept: wanted === seen,
  because: wanted === seen ? [] : because,
});

/** A promise that names the least; it also tells a run in which too little happened to prove anything. */
export const atLeast = (promise: string, wanted: number, seen: number): Verdict => ({
  promise,
  wanted: `≥ ${wanted}`,
  seen: String(seen),
  kept: seen >= wanted,
  because: [],
});

/** A promise about every member of a list; `describeBroken` names those that break it. */
export function all<T>(
  promise: string,
  members: readonly T[],
  keeps: (member: T) => boolean,
  describeBroken: (member: T) => string,
): Verdict {
  const broken = members.filter((member) => !keeps(member));
  return exactly(promise, members.length, members.length - broken.length, broken.map(describeBroken));
}

/** The verdicts of several rounds as one list: how many rounds kept each promise. */
export function acrossRounds(rounds: readonly (readonly Verdict[])[]): Verdict[] {
  const [first = []] = rounds;
  return first.map(({ promise }, row) =>
    exactly(
      promise,
      rounds.length,
      rounds.filter((verdicts) => verdicts[row]?.kept).length,
      rounds.flatMap((verdicts, round) => {
        const verdict = verdicts[row];
        return !verdict || verdict.kept
          ? []
          : [
              `round ${round + 1}: wanted ${verdict.wanted}, seen ${verdict.seen}`,
              ...verdict.because.map((line) => `round ${round + 1}: ${line}`),
            ];
      }),
    ),
  );
}
