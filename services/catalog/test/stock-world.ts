import { demoProductId } from '@bramble/demo/goods';
import {
  applyStockEvents,
  ledgerDrift,
  type Reservation,
  type StockCommand,
  type StockedProduct,
} from '../src/ledger/stock.ledger';

export const uuid = (n: number) => `01900000-0000-7000-a000-${n.toString(16).padStart(12, '0')}`;
export const expiresAt = '2030-01-01T00:10:00.000Z';
let sequence = 0;

function envelope(orderId: string) {
  sequence += 1;
  const id = uuid(1_000_000 + sequence);
  const occurredAt = '2030-01-01T00:00:00.000Z';
  return { id, version: 1, occurredAt, key: orderId, correlationId: 'test', traceparent: '' };
}

export type Lines = [product: number, quantity: number][];
export const itemsOf = (lines: Lines) =>
  lines.map(([product, quantity]) => ({ productId: demoProductId(product), quantity }));

export const placed = (order: number, lines: Lines): StockCommand => ({
  ...envelope(uuid(order)),
  type: 'order.placed',
  payload: { orderId: uuid(order), userId: uuid(0), number: 'N', items: itemsOf(lines), expiresAt },
});
export const paid = (order: number, lines: Lines): StockCommand => ({
  ...envelope(uuid(order)),
  type: 'order.paid',
  payload: {
    orderId: uuid(order),
    userId: uuid(0),
    number: 'N',
    lines: itemsOf(lines).map((item) => ({
      ...item,
      sellerId: uuid(0),
      title: 'Jam',
      unitPrice: { amount: 1, currency: 'EUR' },
      lineTotal: { amount: item.quantity, currency: 'EUR' },
    })),
    total: { amount: 1, currency: 'EUR' },
    shippingAddress: { name: 'R', line1: 'L', city: 'C', postalCode: '1', country: 'DE' },
  },
});
export const released = (order: number, restock: boolean): StockCommand => ({
  ...envelope(uuid(order)),
  type: 'order.released',
  payload: { orderId: uuid(order), restock },
});

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
