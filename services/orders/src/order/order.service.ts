import { z } from 'zod';
import type { Money } from '@bramble/contracts/money';
import type { Order, OrderStatus } from '@bramble/contracts/orders';
import { idSchema, type Page } from '@bramble/contracts/page';
import { type Actor, isAdmin } from '@bramble/service-kit/base/actor';
import { decodeCursor, toPage } from '@bramble/service-kit/base/cursor';
import { AppError } from '@bramble/service-kit/base/errors';
import type { UnitStore } from '@bramble/service-kit/events/unit';
import type { SqlTransaction } from '@bramble/service-kit/stores/sql';
import type { IdempotencyRepository } from '../idempotency/idempotency.repository';
import { type FirstRequest, OvertakenError } from '../idempotency/idempotency.service';
import { toOrder } from '../life/order.dto';
import { refundedSum } from '../life/order.effects';
import type { CommandInput } from '../life/order.inputs';
import { isRefundable } from '../life/order.states';
import type { OrderState, OrderView } from '../life/order.types';
import type { Saga } from '../saga/saga.service';
import type { OrderListRepository } from '../store/order-list.repository';
import type { OrderRepository, Viewer } from '../store/order.repository';

export interface RefundWish {
  amount?: Money | undefined;
  restock?: boolean | undefined;
  reason?: string | undefined;
}
export interface OrderServiceDependencies {
  store: UnitStore<SqlTransaction>;
  orders: OrderRepository;
  lists: OrderListRepository;
  saga: Saga;
  answers: IdempotencyRepository;
  currency: string;
}

const viewerOf = (actor: Actor): Viewer => ({ userId: actor.userId, admin: isAdmin(actor) });
const cursorSchema = z.tuple([idSchema]);

/**
 * Chooses the refund command: a refund of the whole rest moves the order to REFUNDED; a smaller one keeps the status.
 */
function refundCommand(order: OrderState, wish: RefundWish, currency: string): CommandInput {
  if (!isRefundable(order.status)) throw new AppError('order_not_refundable');
  if (wish.amount && wish.amount.currency !== currency) throw new AppError('currency_mismatch');
  const left = order.captured - refundedSum(order);
  const amount = wish.amount?.amount ?? left;
  if (amount > left) throw new AppError('refund_too_large');
  const all = amount === left;
  if (!all && wish.restock)
    throw new AppError('invalid_input', {
      errors: [{ path: 'restock', message: 'only a full refund puts the goods back' }],
    });
  return {
    type: all ? 'refundAll' : 'refundPart',
    payload: {
      amount,
      restock: wish.restock ?? false,
      ...(wish.reason === undefined ? {} : { reason: wish.reason }),
    },
  };
}

export function createOrderService(dependencies: OrderServiceDependencies) {
  const { store, orders, lists, saga, answers, currency } = dependencies;

  /** The order if the actor may see it; otherwise throws `not_found`. */
  const visible = async (id: string, actor: Actor): Promise<OrderView> => {
    const order = await orders.find(id, viewerOf(actor));
    if (!order) throw new AppError('not_found');
    return order;
  };

  /**
   * Takes the request's key, runs a command and stores the answer, in one transaction. The key comes first: a second
   * request with it waits, and then finds the answer instead of a state that no longer allows the command.
   */
  const commandOnce = (
    { request, answerOf }: FirstRequest,
    orderId: string,
    choose: (order: OrderState) => CommandInput,
  ): Promise<Order> =>
    store.transaction(async (unit) => {
      if (!(await answers.claim(unit.tx, request, orderId))) throw new OvertakenError();
      const order = toOrder(await saga.command(unit, orderId, choose));
      const of = { orderId, buyerId: order.userId };
      if (!(await answers.store(unit.tx, request, of, answerOf(order)))) throw new OvertakenError();
      return order;
    });

  const page = async (
    filter: { userId?: string; status?: OrderStatus | undefined; number?: string | undefined },
    { limit, cursor }: { limit: number; cursor?: string | undefined },
  ): Promise<Page<Order>> => {
    const before = cursor === undefined ? undefined : decodeCursor(cursor, cursorSchema)[0];
    const found = await lists.list(
      {
        ...(filter.userId === undefined ? {} : { userId: filter.userId }),
        ...(filter.status === undefined ? {} : { status: filter.status }),
        ...(filter.number === undefined ? {} : { number: filter.number }),
        ...(before === undefined ? {} : { before }),
      },
      limit + 1,
    );
    return toPage(found, limit, toOrder, ({ id }) => [id]);
  };

  function mine(
    userId: string,
    query: { status?: OrderStatus | undefined; limit: number; cursor?: string | undefined },
  ): Promise<Page<Order>> {
    return page({ userId, status: query.status }, query);
  }

  function all(query: {
    status?: OrderStatus | undefined;
    q?: string | undefined;
    limit: number;
    cursor?: string | undefined;
  }): Promise<Page<Order>> {
    return page({ status: query.status, number: query.q }, query);
  }

  /** Cancels an order that is not shipped. Cancelling a cancelled order changes nothing. */
  async function cancel(id: string, actor: Actor): Promise<Order> {
    const cancelled = await store.transaction((unit) =>
      saga.command(unit, id, (order) => ({
        type: 'cancel',
        payload: { by: order.userId === actor.userId ? 'owner' : 'admin' },
      })),
    );
    return toOrder(cancelled);
  }

  function refund(first: FirstRequest, id: string, wish: RefundWish): Promise<Order> {
    return commandOnce(first, id, (order) => refundCommand(order, wish, currency));
  }

  /** Starts a payment with another card. */
  function checkout(first: FirstRequest, orderId: string, card: string): Promise<Order> {
    return commandOnce(first, orderId, () => ({ type: 'checkout', payload: { card } }));
  }

  return { visible, mine, all, cancel, refund, checkout };
}
export type OrderService = ReturnType<typeof createOrderService>;
