import type { Operation, OperationLimit } from '@bramble/contracts/operation';
import { isUnsafe } from '../http/methods';

/** Kinds of requests that are counted apart; also the values of the metrics' label `limiter`. */
export type LimitClass = OperationLimit | 'read' | 'write';

/** The class whose limit a request counts against. A path that is no operation counts too. */
export const limitClassOf = (method: string, operation: Operation | undefined): LimitClass =>
  operation?.limit ?? (isUnsafe(method) ? 'write' : 'read');
