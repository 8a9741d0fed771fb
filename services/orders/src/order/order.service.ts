import { z } from 'zod';
import type { Money } from '@bramble/contracts/money';
import { idSchema, type Page } from '@bramble/contracts/page';
import type { Order, OrderStatus } from '@bramble/contracts/orders';
import { decodeCursor, toPage } from '@bramble/service-kit/base/cursor';
import { reply, type Reply } from '@bramble/service-kit/http/reply';
import { AppError } from '@bramble/service-kit/base/errors';
import { isAdmin, type Actor } from '@bramble/service-kit/base/actor';
import type { IdempotencyRepository } from '../idempotency/idempotency.repository';
import { OvertakenError, type Idempotency } from '../idempotency/idempotency.service';
import { toOrder } from '../life/order.dto';
import { refundedSum } from '../life/order.effects';
import type { CommandInput } from '../life/order.inputs';
import type { OrderListRepository } from '../store/order-list.repository';
import type { OrderRepository, OrderTransaction, Viewer } from '../store/order.repository';
import type { OrderState, OrderView } from '../life/order.types';
import type { Saga } from '../saga/saga.service';

export interface Key {
  key: string;
  hash: string;
}
export interface RefundWish {
  amount?: Money | undefined;
  restock?: boolean | undefined;
  reason?: string | undefined;
}
export interface OrderServiceDependencies {
  orders: OrderRepository;
  lists: OrderListRepository;
  saga: Saga;
  idempotency: Idempotency;
  answers: IdempotencyRepository;
  currency: string;
}

const viewerOf = (actor: Actor): Viewer => ({ userId: actor.userId, admin: isAdmin(actor) });
const cursorSchema = z.tuple([idSchema]);

/** Decides how a refund goes by what is left to give back: all of it ends the order, less keeps its state. */
function refundCommand(order: OrderState, wish: RefundWish, currency: string): CommandInput {
  const refundable = ['PAID', 'SHIPPED', 'COMPLETED'].includes(order.status);
  if (!refundable) throw new AppError('order_not_refundable');
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
  const { orders, lists, saga, idempotency, answers, currency } = dependencies;

  /** The order when the actor may see it; `not_found` else. */
  const visible = async (id: string, actor: Actor): Promise<OrderView> => {
    const order = await orders.find(id, viewerOf(actor));
    if (!order) throw new AppError('not_found');
    return order;
  };

  /** Runs a command once per key, its answer stored in the same transaction. */
  const once = (
    userId: string,
    key: Key,
    orderId: string,
    status: number,
    command: (tx: OrderTransaction) => Promise<OrderView>,
  ): Promise<Reply> => {
    const request = { userId, ...key };
    return idempotency.once(request, () =>
      orders.transaction(async (tx) => {
        const body: { order: Order } = { order: toOrder(await command(tx)) };
        if (!(await answers.store(tx.session, request, { orderId, status, body })))
          throw new OvertakenError();
        return reply(status, body);
      }),
    );
  };

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

  return {
    visible,
    mine: (
      userId: string,
      query: { status?: OrderStatus | undefined; limit: number; cursor?: string | undefined },
    ) => page({ userId, status: query.status }, query),
    all: (query: {
      status?: OrderStatus | undefined;
      q?: string | undefined;
      limit: number;
      cursor?: string | undefined;
    }) => page({ status: query.status, number: query.q }, query),

    /** Cancels before it is shipped. A cancelled order stays as it is: cancelling is repeatable. */
    async cancel(id: string, actor: Actor): Promise<Order> {
      const cancelled = await orders.transaction((tx) =>
        saga.command(tx, id, (order) => ({
          type: 'cancel',
          payload: { by: order.userId === actor.userId ? 'owner' : 'admin' },
        })),
      );
      return toOrder(cancelled);
    },

    refund: (userId: string, id: string, wish: RefundWish, key: Key): Promise<Reply> =>
      once(userId, key, id, 200, (tx) =>
        saga.command(tx, id, (order) => refundCommand(order, wish, currency)),
      ),

    /** Tries another card. `not_found` comes before the key, as for every order that is not the caller's. */
    async checkout(actor: Actor, userId: string, orderId: string, card: string, key: Key): Promise<Reply> {
      await visible(orderId, actor);
      return once(userId, key, orderId, 202, (tx) =>
        saga.command(tx, orderId, () => ({ type: 'checkout', payload: { card } })),
      );
    },
  };
}
export type OrderService = ReturnType<typeof createOrderService>;
