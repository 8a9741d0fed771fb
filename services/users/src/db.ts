import { PrismaPg } from '@prisma/adapter-pg';
import type { Sql } from '@bramble/service-kit/stores/sql';
import { Prisma, PrismaClient } from './generated/prisma/client';

export type Db = PrismaClient;

/** Prisma on the service's own pool, so that Prisma and plain SQL share the connections. */
export const openPrisma = ({ pool }: Pick<Sql, 'pool'>): Db =>
  new PrismaClient({ adapter: new PrismaPg(pool), transactionOptions: { maxWait: 10_000, timeout: 10_000 } });

/** True when a write failed because a unique value is taken. */
export const isTaken = (error: unknown): boolean =>
  error instanceof Prisma.PrismaClientKnownRequestError && error.code === 'P2002';
