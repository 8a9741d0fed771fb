/** How long a token is valid: longer than a slow request takes, and short, so that a token found in a log is of no use. */
export const LIFE_SECONDS = 60;
/** The difference up to which two clocks count as equal; it includes the time that a token takes to arrive. */
const STEP_SECONDS = 5;
/**
 * What the clocks of two nodes may differ by. A board without a battery-backed clock is minutes behind after a power cut,
 * until it reaches a time server; with less, every call between its services and others would be refused.
 */
const SKEW_SECONDS = 900;
const MAX_SENDERS = 1_000;

/** When a token was made, by the sender's wall clock and by its monotonic clock, which nobody can set. */
export interface Stamp {
  /** The end of its life, in seconds since 1970. */
  readonly exp: number;
  /** The sending process, and its monotonic clock in seconds. Older releases send neither. */
  readonly from?: string | undefined;
  readonly up?: number | undefined;
}

/** The receiver's wall clock (`day`) and its monotonic clock (`running`), in seconds. */
export interface Clocks {
  readonly day: number;
  readonly running: number;
}

/** What the receiver knows of a sender by the youngest of its tokens. */
interface Sender {
  /** The smallest difference seen so far: the receiver's monotonic clock less the sender's. */
  ahead: number;
  /** Whether both wall clocks agreed when its last young token came. */
  inStep: boolean;
}

const isInStep = (left: number): boolean => left >= -STEP_SECONDS && left <= LIFE_SECONDS + STEP_SECONDS;

/**
 * Makes the check of a token's age. The receiver subtracts the sender's monotonic clock, as the token has it, from its own. The
 * smallest result so far belongs to the sender's youngest token; a token is as old as its result is above the smallest. So a
 * stolen token is refused after a minute, also when the wall clocks differ. The wall clocks decide in two cases. One is a
 * sender's first token, since the receiver has nothing to compare it with. The other is a sender whose monotonic clock stood
 * still, as on a machine that slept, while its wall clock agrees with the receiver's.
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
