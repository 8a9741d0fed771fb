import { Prisma, type PrismaClient } from '../generated/prisma/client';

export interface DiscountRow {
  code: string;
  type: 'percent' | 'fixed';
  value: number;
  minimum: number | null;
  startsAt: Date | null;
  endsAt: Date | null;
  usageLimit: number | null;
  used: number;
}
export type DiscountFields = Omit<DiscountRow, 'code' | 'type' | 'used'>;

type Stored = Prisma.DiscountGetPayload<object>;
const rowOf = (stored: Stored): DiscountRow => ({
  code: stored.code,
  type: stored.type === 'percent' ? 'percent' : 'fixed',
  value: stored.value,
  minimum: stored.minimum === null ? null : Number(stored.minimum),
  startsAt: stored.startsAt,
  endsAt: stored.endsAt,
  usageLimit: stored.usageLimit,
  used: stored.used,
});

const failedWith = (error: unknown, code: string) =>
  error instanceof Prisma.PrismaClientKnownRequestError && error.code === code;

/** Discount codes as the admin keeps them. */
export function createDiscountRepository(prisma: PrismaClient) {
  return {
    /** Undefined when the code exists already. */
    async create(row: Omit<DiscountRow, 'used'>): Promise<DiscountRow | undefined> {
      try {
        return rowOf(await prisma.discount.create({ data: row }));
      } catch (error) {
        if (failedWith(error, 'P2002')) return undefined;
        throw error;
      }
    },

    async find(code: string): Promise<DiscountRow | undefined> {
      const stored = await prisma.discount.findUnique({ where: { code } });
      return stored === null ? undefined : rowOf(stored);
    },

    /** By code, after `after`; one more than `limit` tells that there is another page. */
    async list(limit: number, after: string | undefined): Promise<DiscountRow[]> {
      const stored = await prisma.discount.findMany({
        ...(after === undefined ? {} : { where: { code: { gt: after } } }),
        orderBy: { code: 'asc' },
        take: limit + 1,
      });
      return stored.map(rowOf);
    },

    /** Undefined when the code is gone. */
    async change(code: string, fields: DiscountFields): Promise<DiscountRow | undefined> {
      try {
        return rowOf(await prisma.discount.update({ where: { code }, data: fields }));
      } catch (error) {
        if (failedWith(error, 'P2025')) return undefined;
        throw error;
      }
    },

    async remove(code: string): Promise<void> {
      await prisma.discount.deleteMany({ where: { code } });
    },
  };
}
export type DiscountRepository = ReturnType<typeof createDiscountRepository>;
