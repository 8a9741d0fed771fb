import { z } from 'zod';
import { money, type Money } from '@bramble/contracts/money';
import { discountCodeSchema } from '@bramble/contracts/orders';
import type { Page } from '@bramble/contracts/page';
import type { Discount, discountBody, discountPatch } from '@bramble/contracts/payments';
import { decodeCursor, toPage } from '@bramble/service-kit/base/cursor';
import { AppError } from '@bramble/service-kit/base/errors';
import type { UnitStore } from '@bramble/service-kit/events/unit';
import type { Logger } from '@bramble/service-kit/observe/logger';
import type { SqlTransaction } from '@bramble/service-kit/stores/sql';
import {
  createDiscountRepository,
  type DiscountFields,
  type DiscountRepository,
  type DiscountRow,
} from './discount.repository';

const invalid = (path: string, message: string) =>
  new AppError('invalid_input', { errors: [{ path, message }] });

/** Discount codes for admins. */
export function createDiscountService({
  store,
  discounts,
  currency,
  everybodyIsAdmin,
  log,
}: {
  store: UnitStore<SqlTransaction>;
  discounts: DiscountRepository;
  currency: string;
  /** Whether visitors may sign in as the demo admin: the codes that admins make or change then end with it. */
  everybodyIsAdmin: boolean;
  log: Pick<Logger, 'warn'>;
}) {
  const show = (row: DiscountRow): Discount => ({
    code: row.code,
    type: row.type,
    value: row.value,
    ...(row.minimum === null ? {} : { minimum: money(row.minimum, currency) }),
    ...(row.startsAt === null ? {} : { startsAt: row.startsAt.toISOString() }),
    ...(row.endsAt === null ? {} : { endsAt: row.endsAt.toISOString() }),
    ...(row.usageLimit === null ? {} : { usageLimit: row.usageLimit }),
    used: row.used,
  });
  const minorUnits = (minimum: Money): number => {
    if (minimum.currency !== currency) throw new AppError('currency_mismatch');
    return minimum.amount;
  };
  const dateOf = (time: string) => new Date(time);
  /** Applies a patch: an absent field stays, null clears it, a value replaces it. */
  const patched = <T, U>(given: T | null | undefined, old: U | null, read: (value: T) => U): U | null =>
    given === undefined ? old : given === null ? null : read(given);

  function fieldsAfter(row: DiscountRow, patch: z.output<typeof discountPatch>): DiscountFields {
    const fields = {
      value: patch.value ?? row.value,
      minimum: patched(patch.minimum, row.minimum, minorUnits),
      startsAt: patched(patch.startsAt, row.startsAt, dateOf),
      endsAt: patched(patch.endsAt, row.endsAt, dateOf),
      usageLimit: patched(patch.usageLimit, row.usageLimit, (limit) => limit),
      madeInDemo: everybodyIsAdmin,
    };
    if (row.type === 'percent' && fields.value > 100) throw invalid('value', 'at most 100 percent');
    if (fields.startsAt && fields.endsAt && fields.startsAt >= fields.endsAt)
      throw invalid('endsAt', 'ends before it starts');
    return fields;
  }

  /** Changes a discount in one transaction with its audit entry. `change` gets the row and answers what became of it. */
  const audited = <T extends DiscountRow | undefined>(
    code: string,
    change: (inTx: DiscountRepository, before: DiscountRow | undefined) => Promise<T>,
  ): Promise<T> =>
    store.transaction(async (unit) => {
      const inTx = createDiscountRepository(unit.tx);
      const before = await inTx.lock(code);
      const after = await change(inTx, before);
      unit.record({ target: code, before: before && show(before), after: after && show(after) });
      return after;
    });

  async function create(body: z.output<typeof discountBody>): Promise<Discount> {
    const draft = {
      code: body.code,
      type: body.type,
      value: body.value,
      minimum: patched(body.minimum, null, minorUnits),
      startsAt: patched(body.startsAt, null, dateOf),
      endsAt: patched(body.endsAt, null, dateOf),
      usageLimit: body.usageLimit ?? null,
      madeInDemo: everybodyIsAdmin,
    };
    const row = await audited(body.code, async (inTx, before) => {
      const created = before ? undefined : await inTx.create(draft);
      if (!created) throw new AppError('discount_exists');
      return created;
    });
    return show(row);
  }

  /** With the demo admin off: ends the codes made while it was on, also by an old process during an upgrade. */
  async function endDemoCodes(): Promise<void> {
    if (everybodyIsAdmin) return;
    const codes = await discounts.endDemoCodes();
    if (codes.length > 0)
      log.warn(
        { codes },
        'discount codes that were made or changed while every visitor could be admin were ended',
      );
  }

  async function find(code: string): Promise<DiscountRow> {
    const row = await discounts.find(code);
    if (!row) throw new AppError('not_found');
    return row;
  }

  async function list(limit: number, cursor: string | undefined): Promise<Page<Discount>> {
    const after = cursor === undefined ? undefined : decodeCursor(cursor, z.tuple([discountCodeSchema]))[0];
    const rows = await discounts.list(limit, after);
    return toPage(rows, limit, show, ({ code }) => [code]);
  }

  async function change({ code }: DiscountRow, patch: z.output<typeof discountPatch>): Promise<Discount> {
    const changed = await audited(code, async (inTx, before) => {
      const after = before && (await inTx.change(code, fieldsAfter(before, patch)));
      if (!after) throw new AppError('not_found');
      return after;
    });
    return show(changed);
  }

  async function remove({ code }: DiscountRow): Promise<void> {
    await audited(code, async (inTx) => {
      await inTx.remove(code);
      return undefined;
    });
  }

  return { create, endDemoCodes, find, list, change, remove };
}
export type DiscountService = ReturnType<typeof createDiscountService>;
