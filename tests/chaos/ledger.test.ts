import { createLedger, goneOrders, type Ledger, recordRestore, stockOf } from './ledger';

let clock = 0;
const at = <T>(time: number, act: () => T): T => {
  clock = time;
  return act();
};
const restored = (stock: Ledger['stock'] = new Map(), refunded: ReadonlyMap<string, number> = new Map()) => {
  const restore = recordRestore(() => clock);
  at(100, restore.backupBegins);
  at(200, restore.restoreBegins);
  at(300, () => restore.restoreEnds(stock, refunded));
  return restore;
};

describe('the record of a restore', () => {
  it('lets be undone what was acknowledged from the backup until the end of the restore, and nothing else', () => {
    const restore = restored();
    expect([99, 100, 300, 301].map((time) => restore.mayUndo(time))).toEqual([false, true, true, false]);
    expect(restore.mayUndo(undefined)).toBe(false);
  });

  it('lets nothing be undone before the restore has ended', () => {
    const restore = recordRestore(() => clock);
    at(100, restore.backupBegins);
    at(200, restore.restoreBegins);
    expect(restore.isRestoring()).toBe(true);
    expect(restore.mayUndo(150)).toBe(false);
  });

  it('takes refills since the backup for ones that may have been done', () => {
    const stock = stockOf(5);
    stock.refilled = 7;
    stock.refills.push({ at: 90, units: 3 }, { at: 150, units: 4 });
    restored(new Map([['pear', stock]]));
    expect(stock).toMatchObject({ refilled: 3, maybeRefilled: 4 });
  });

  it('lets the provider keep less of an order whose refund is not in the archive, and of no other', () => {
    const { mayKeep } = restored(new Map(), new Map([['order 1', 300]]));
    expect([1_000, 700, 701, 0].map((kept) => mayKeep('order 1', kept, 1_000))).toEqual([
      true,
      true,
      false,
      false,
    ]);
    expect([1_000, 700].map((kept) => mayKeep('order 2', kept, 1_000))).toEqual([true, false]);
    expect(mayKeep('order 1', 0, 200)).toBe(true);
  });
});

it('counts the acknowledged orders that a restore removed', () => {
  const order = (orderId: string, acknowledgedAt: number) =>
    [
      orderId,
      {
        orderId,
        acknowledgedAt,
        ...{ key: '', buyer: 0, lines: [], card: '', at: 0, cancels: false, total: 0 },
      },
    ] as const;
  const ledger = {
    ...createLedger(),
    orders: new Map([order('kept', 50), order('gone', 150), order('still there', 160), order('later', 400)]),
    restore: restored(),
  };
  expect(goneOrders(ledger, new Map([['still there', {}]]))).toBe(1);
});
