import { addCommand, answers } from '@bramble/service-kit/base/command-line';
import {
  createOrderExplanationRepository,
  type OrderExplanation,
} from '../store/order-explanation.repository';
import { type Program, withSql } from './open';

/** `bramble-admin order …` */
export function addOrderCommands(program: Program): void {
  const order = addCommand(program, 'order', {
    does: 'Shows what happened to an order.',
    example: 'bramble-admin order explain BR-7K2M9Q4D',
  });
  const explain = addCommand(order, 'explain <NUMBER>', {
    does: "Prints an order's state, what is still to be confirmed, its history, and what was published of it. NUMBER may be its id.",
    example: 'bramble-admin order explain BR-7K2M9Q4D --json',
  });
  answers(explain, ([name = '']) =>
    withSql(async (sql) => {
      const value = await createOrderExplanationRepository(sql).explain(name);
      if (!value) throw new Error(`there is no order ${name}`);
      return { value, text: inWords(value) };
    }),
  );
}

const orNothing = (lines: readonly string[]): readonly string[] => (lines.length > 0 ? lines : ['  nothing']);

function inWords(order: OrderExplanation): string {
  const { id, number, status, failureReason, capture, attempt, total, refunded, currency } = order;
  const unconfirmed = order.obligations.map(
    ({ kind, dueAt, resent }) =>
      `  ${kind}, due ${new Date(dueAt).toISOString()}, sent again ${resent} times`,
  );
  const history = order.history.map(
    ({ version, at, type, status: after, detail }) =>
      `  ${version}  ${at.toISOString()}  ${type} → ${after}${detail ? `  ${detail}` : ''}`,
  );
  const published = order.published.map(
    ({ occurredAt, type, stream, streamId }) =>
      `  ${occurredAt.toISOString()}  ${type}  ${stream} ${streamId ?? 'not sent yet'}`,
  );
  return [
    `${number} (${id}) is ${status}${failureReason ? `: ${failureReason}` : ''}`,
    `payment ${capture}, attempt ${attempt}; total ${total}, refunded ${refunded} (minor units of ${currency})`,
    'still to be confirmed:',
    ...orNothing(unconfirmed),
    'history:',
    ...orNothing(history),
    'published in the last 24 hours:',
    ...orNothing(published),
  ].join('\n');
}
