import type { Finding } from './finding';
import type { Ledger, OrderRequest } from './ledger';
import type { People } from './people';
import type { OrderRow } from './store-clients';
import type { Trouble } from './trouble';

/** An order with a good card is delivered within this time of its first request when nothing is broken. */
const LIFE_MS = 8_000;
/** Of the orders without an injected cause at least this share completes. */
const GOOD_SHARE = 0.9;
/** The fewest orders without an injected cause; with fewer the run fails. */
const FEWEST = 10;

const NO_CAUSE = 'no injected cause';

/** Why an order need not complete: the first of these that is true of it. */
function causeOf(request: OrderRequest, { scarceId }: Pick<People, 'scarceId'>, trouble: Trouble): string {
  if (request.cancels) return 'cancelled by the shopper';
  if (request.card === 'tok_declined') return 'declined card';
  if (request.card === 'tok_timeout') return 'provider without an answer';
  if (request.lines.some(({ productId }) => productId === scarceId)) return 'scarce product';
  if (trouble.within(request.at, request.at + LIFE_MS)) return `a fault within ${LIFE_MS / 1_000} s`;
  return NO_CAUSE;
}

/** The number of orders by injected cause and by how they ended. */
export interface Goodput {
  /** By cause, then by end. */
  readonly ends: ReadonlyMap<string, ReadonlyMap<string, number>>;
  readonly finding: Finding;
}

/** Checks the goodput, since a shop that fails every order keeps all other promises. */
export function checkGoodput(
  rows: ReadonlyMap<string, Pick<OrderRow, 'status' | 'failure_reason'>>,
  ledger: Pick<Ledger, 'requests'>,
  people: Pick<People, 'scarceId'>,
  trouble: Trouble,
): Goodput {
  const ends = new Map<string, Map<string, number>>();
  const lost: string[] = [];
  for (const request of ledger.requests) {
    const row = request.orderId === undefined ? undefined : rows.get(request.orderId);
    const end = row ? [row.status, row.failure_reason].filter(Boolean).join(' ') : 'never acknowledged';
    const cause = causeOf(request, people, trouble);
    const known = ends.get(cause) ?? new Map<string, number>();
    ends.set(cause, known.set(end, (known.get(end) ?? 0) + 1));
    if (cause === NO_CAUSE && row?.status !== 'COMPLETED')
      lost.push(`order ${request.orderId ?? request.key} met no fault and ended ${end}`);
  }
  const judged = [...(ends.get(NO_CAUSE)?.values() ?? [])].reduce((sum, times) => sum + times, 0);
  const violations: string[] = [];
  if (judged < FEWEST) violations.push(`only ${judged} orders had no injected cause; ${FEWEST} are needed`);
  else if (judged - lost.length < GOOD_SHARE * judged)
    violations.push(
      `${judged - lost.length} of ${judged} orders without an injected cause completed`,
      ...lost,
    );
  return {
    ends,
    finding: {
      promise: '0 at least 90 % of the orders without an injected cause complete',
      sampled: judged,
      violations,
    },
  };
}
