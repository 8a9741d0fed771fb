import type { Operation, OperationLimit } from '@bramble/contracts/operation';
import { isUnsafe } from '../http/methods';

/** Classes of requests with limits of their own; also the values of the metric label `limiter`. */
export type LimitClass = OperationLimit | 'read' | 'write';

/** The class whose limit a request counts against. Requests to unknown paths count too. */
export const limitClassOf = (method: string, operation: Operation | undefined): LimitClass =>
  operation?.limit ?? (isUnsafe(method) ? 'write' : 'read');
