import { randomUUID } from 'node:crypto';
import type { Item, OrderLine } from '@bramble/contracts/orders';
import { demoProductId } from '@bramble/demo/goods';
import { eventOf } from '@bramble/test-kit/events';
import {
  applyStockEvents,
  ledgerDrift,
  type Reservation,
  type StockCommand,
  type StockedProduct,
} from '../src/ledger/stock.ledger';

export const uuid = (n: number) => `01900000-0000-7000-a000-${n.toString(16).padStart(12, '0')}`;
export const expiresAt = '2030-01-01T00:10:00.000Z';
/** The envelope's time is that of the ledger tests, so that what they reserve has not expired. */
const envelope = { occurredAt: '2030-01-01T00:00:00.000Z' };

export type Lines = [product: number, quantity: number][];
export const itemsOf = (lines: Lines) =>
  lines.map(([product, quantity]) => ({ productId: demoProductId(product), quantity }));

/** Lines of an order with prices, which the stock does not depend on. */
export const priced = (items: readonly Item[]): OrderLine[] =>
  items.map((item) => ({
    ...item,
    sellerId: randomUUID(),
    title: 'Jam',
    unitPrice: { amount: 1, currency: 'EUR' },
    lineTotal: { amount: item.quantity, currency: 'EUR' },
  }));

export const placed = (order: number, lines: Lines): StockCommand =>
  eventOf('order.placed', { orderId: uuid(order), items: itemsOf(lines), expiresAt }, envelope);
export const paid = (order: number, lines: Lines): StockCommand =>
  eventOf('order.paid', { orderId: uuid(order), lines: priced(itemsOf(lines)) }, envelope);
export const released = (order: number, restock: boolean): StockCommand =>
  eventOf('order.released', { orderId: uuid(order), restock }, envelope);

/** Products and reservations as a store would hold them, and commands applied to them. */
export class World {
  readonly products = new Map<string, StockedProduct>();
  readonly reservations = new Map<string, Reservation>();

  constructor(stocks: number[]) {
    stocks.forEach((available, index) => {
      const id = demoProductId(index + 1);
      const stock = {
        available,
        reserved: 0,
        sold: 0,
        initial: available,
        refilled: 0,
        removed: 0,
        revision: 0,
      };
      this.products.set(id, { id, deleted: false, stock });
    });
  }

  run(...commands: StockCommand[]) {
    const outcome = applyStockEvents(this, commands);
    for (const [id, product] of outcome.products) this.products.set(id, product);
    for (const [id, reservation] of outcome.reservations) this.reservations.set(id, reservation);
    return outcome.answers.map(({ type, payload }) => ({ type, ...payload }));
  }

  stock(product: number) {
    const { available, reserved, sold } = this.products.get(demoProductId(product))!.stock;
    return [available, reserved, sold];
  }

  expectSound() {
    const reserved = new Map<string, number>();
    for (const reservation of this.reservations.values()) {
      if (reservation.state !== 'live') continue;
      for (const { productId, quantity } of reservation.lines) {
        reserved.set(productId, (reserved.get(productId) ?? 0) + quantity);
      }
    }
    for (const { id, stock } of this.products.values()) {
      expect(ledgerDrift(stock)).toBe(0);
      expect(Math.min(...Object.values(stock))).toBeGreaterThanOrEqual(0);
      expect(stock.reserved).toBe(reserved.get(id) ?? 0);
    }
  }
}
