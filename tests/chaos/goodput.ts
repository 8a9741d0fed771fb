import type { Finding } from './finding';
import type { Ledger, OrderRequest } from './ledger';
import type { OrderRow } from './order-rows';
import type { People } from './people';
import type { Trouble } from './trouble';

/** An order with a good card is delivered within this time of its first request when nothing is broken. */
export const LIFE_MS = 8_000;
/** Of the orders without an injected cause at least this share completes. */
const GOOD_SHARE = 0.9;
/**
 * Of the orders near a fault at least this share completes. A fault may fail some of them: a disk that was full for 30 s, twice,
 * left 82 % completed. A shop that refuses everything near a fault completes none.
 */
const NEAR_FAULT_SHARE = 0.5;
/** The fewest orders without an injected cause; with fewer the run fails. */
const FEWEST = 10;

const NO_CAUSE = 'no injected cause';
/** The archive has such an order as it was at the backup, or not at all. */
const RESTORED = 'under way in the backup that was restored, or placed after it';
const NEAR_FAULT = `a fault within ${LIFE_MS / 1_000} s`;

/** Why an order need not complete: the first of these that is true of it. */
function causeOf(
  request: OrderRequest,
  { restore }: Pick<Ledger, 'restore'>,
  { scarceId }: Pick<People, 'scarceId'>,
  trouble: Trouble,
): string {
  if (restore.mayUndo(request.acknowledgedAt) || restore.mayUndo(request.at + LIFE_MS)) return RESTORED;
  if (request.cancels) return 'cancelled by the shopper';
  if (request.card === 'tok_declined') return 'declined card';
  if (request.card === 'tok_timeout') return 'provider without an answer';
  if (request.lines.some(({ productId }) => productId === scarceId)) return 'scarce product';
  if (trouble.within(request.at, request.at + LIFE_MS)) return NEAR_FAULT;
  return NO_CAUSE;
}

/** The number of orders by injected cause and by how they ended. */
export interface Goodput {
  /** By cause, then by end. */
  readonly ends: ReadonlyMap<string, ReadonlyMap<string, number>>;
  readonly findings: readonly Finding[];
}

/** The orders of one cause: those that completed, and a sentence for each of the others. */
interface Judged {
  completed: number;
  lost: string[];
}

/** Checks that at least a share of the orders of one cause completed. */
function shareFinding(promise: string, orders: string, share: number, fewest: number, judged: Judged) {
  const { completed, lost } = judged;
  const sampled = completed + lost.length;
  const violations: string[] = [];
  if (sampled < fewest) violations.push(`only ${sampled} ${orders}; ${fewest} are needed`);
  else if (completed < share * sampled)
    violations.push(`${completed} of ${sampled} ${orders} completed`, ...lost);
  return { promise, sampled, violations };
}

/**
 * Checks the goodput, since a shop that fails every order keeps all other promises, and one that refuses everything near a
 * fault keeps most of them.
 */
export function checkGoodput(
  rows: ReadonlyMap<string, Pick<OrderRow, 'status' | 'failure_reason'>>,
  ledger: Pick<Ledger, 'requests' | 'restore'>,
  people: Pick<People, 'scarceId'>,
  trouble: Trouble,
): Goodput {
  const ends = new Map<string, Map<string, number>>();
  const judged = new Map<string, Judged>();
  for (const request of ledger.requests) {
    const row = request.orderId === undefined ? undefined : rows.get(request.orderId);
    const absent = request.orderId === undefined ? 'never acknowledged' : 'gone';
    const end = row ? [row.status, row.failure_reason].filter(Boolean).join(' ') : absent;
    const cause = causeOf(request, ledger, people, trouble);
    const known = ends.get(cause) ?? new Map<string, number>();
    ends.set(cause, known.set(end, (known.get(end) ?? 0) + 1));
    const of = judged.get(cause) ?? { completed: 0, lost: [] };
    judged.set(cause, of);
    if (row?.status === 'COMPLETED') of.completed += 1;
    else of.lost.push(`order ${request.orderId ?? request.key} met ${cause} and ended ${end}`);
  }
  const ofCause = (cause: string) => judged.get(cause) ?? { completed: 0, lost: [] };
  return {
    ends,
    findings: [
      shareFinding(
        '0 at least 90 % of the orders without an injected cause complete',
        'orders without an injected cause',
        GOOD_SHARE,
        FEWEST,
        ofCause(NO_CAUSE),
      ),
      shareFinding(
        '0 at least half of the orders near a fault, and with no other cause, complete',
        'orders near a fault',
        NEAR_FAULT_SHARE,
        0,
        ofCause(NEAR_FAULT),
      ),
    ],
  };
}
