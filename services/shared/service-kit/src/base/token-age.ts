/** Longer than a slow request, and short enough that a token in a log is soon useless. */
export const LIFE_SECONDS = 60;
/** What clocks in step may differ by, and a token may take to arrive. */
const STEP_SECONDS = 5;
/**
 * What the clocks of two nodes may differ by. A board without a battery-backed clock is minutes behind after a power cut,
 * until it reaches a time server; with less, every call between its services and others would be refused.
 */
const SKEW_SECONDS = 900;
const MAX_SENDERS = 1_000;

/** When a token was made, by the clock of the day and by the sender's own running clock, which nobody sets. */
export interface Stamp {
  /** The end of its life, in seconds since 1970. */
  readonly exp: number;
  /** The sending process, and the seconds for which its clock has run. Older releases send neither. */
  readonly from?: string | undefined;
  readonly up?: number | undefined;
}

/** The clocks of the receiver: of the day, and the running one, in seconds. */
export interface Clocks {
  readonly day: number;
  readonly running: number;
}

/** What is known of a sender by its youngest tokens. */
interface Sender {
  /** The least by which the receiver's running clock was ahead of the sender's. */
  ahead: number;
  /** Whether the clocks of the day were in step at its last young token. */
  inStep: boolean;
}

const isInStep = (left: number): boolean => left >= -STEP_SECONDS && left <= LIFE_SECONDS + STEP_SECONDS;

/**
 * Answers whether tokens are young enough. The running clocks decide: by the youngest token of a sender its others have an
 * age, so that a stolen one is refused after a minute, whatever the clocks of the day say. The first token of a sender, and
 * those of one whose running clock stood still (its machine slept) while its clock of the day is in step, have only that one.
 */
export function createAgeCheck(): (stamp: Stamp, clocks: Clocks) => boolean {
  const senders = new Map<string, Sender>();

  function remember(from: string, sender: Sender): void {
    const [oldest] = senders.keys();
    if (!senders.has(from) && senders.size >= MAX_SENDERS && oldest !== undefined) senders.delete(oldest);
    senders.set(from, sender);
  }

  return ({ exp, from, up }, { day, running }) => {
    const left = exp - day;
    if (left < -SKEW_SECONDS || left > LIFE_SECONDS + SKEW_SECONDS) return false;
    if (from === undefined || up === undefined) return true;
    const ahead = running - up;
    const known = senders.get(from);
    if (known && ahead - known.ahead > LIFE_SECONDS + STEP_SECONDS) return known.inStep && isInStep(left);
    remember(from, { ahead: Math.min(ahead, known?.ahead ?? Infinity), inStep: isInStep(left) });
    return true;
  };
}
