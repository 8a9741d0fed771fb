import type { EventPayload } from '@bramble/contracts/events';
import type { CommandName, SagaEventName } from './order.states';

/** An event of another service, as an input of the order table. */
export type SagaInput = { [N in SagaEventName]: { type: N; payload: EventPayload<N> } }[SagaEventName];
interface CommandArguments {
  cancel: { by: 'owner' | 'admin' };
  refundAll: { amount: number; restock: boolean; reason?: string };
  refundPart: { amount: number; restock: boolean; reason?: string };
  checkout: { card: string };
  giveUp: Record<never, never>;
  expire: Record<never, never>;
}
/** A command of a person, or a deadline. */
export type CommandInput = { [N in CommandName]: { type: N; payload: CommandArguments[N] } }[CommandName];
export type Input = SagaInput | CommandInput;
