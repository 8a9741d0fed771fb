/** The codes by which the drivers of the stores and Node's network report failures that end by themselves. */
const codes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  // PostgreSQL: serialization, deadlock, read-only after a failover, a lock that is not free, idle in a transaction,
  // internal error.
  '40001',
  '40P01',
  '25006',
  '55P03',
  '25P03',
  'XX000',
  'UND_ERR_SOCKET',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
  'ABORT_ERR',
  'P2034',
  'P1001',
]);
/**
 * Whole classes of PostgreSQL: 08 connection, 53 resources (disk full, out of memory, too many connections), 57 operator
 * intervention (shutdown, start, cancelled statement), 58 system (I/O error).
 */
const postgresClasses = /^(?:08|53|57|58)[0-9A-Z]{3}$/;
const names = new Set([
  'MongoNetworkError',
  'MongoNetworkTimeoutError',
  'MongoServerSelectionError',
  'MongoNotConnectedError',
  'MongoTopologyClosedError',
  'MongoPoolClearedError',
  'PoolClearedOnNetworkError',
  'MongoWaitQueueTimeoutError',
  'MongoExpiredSessionError',
  'MongoClientClosedError',
  'MaxRetriesPerRequestError',
  'AbortError',
  'TimeoutError',
]);
/**
 * MongoDB's server codes: stepping down, shutting down, write conflicts, a busy lock (46), a time limit (50), a write
 * concern that was not met (64), interrupted (11601), disk full (14031).
 */
const mongoCodes = new Set([
  6, 7, 46, 50, 64, 89, 91, 112, 189, 262, 9001, 10107, 11600, 11601, 11602, 13435, 13436, 14031,
]);
const messages =
  /Connection terminated|Query read timeout|timeout exceeded when trying to connect|Connection is closed|Stream isn't writeable|Command timed out|LOADING|READONLY|server closed the connection|not queryable/i;

/** True when the server, or the pool of this process, had no connection left. */
export function isOutOfConnections(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code, name, message, cause } = error as StoreError;
  if (code === '53300' || name === 'MongoWaitQueueTimeoutError') return true;
  if (message.includes('timeout exceeded when trying to connect')) return true;
  return cause !== error && isOutOfConnections(cause);
}

/** A cancelled statement, a lock that was awaited for too long, a transaction that was idle for too long. */
const slowPostgres = new Set(['57014', '55P03', '25P03']);
/** A time limit, and a transaction that the server ended because it outlived its limit. */
const slowMongo = new Set([50, 251, 262]);

interface StoreError extends Error {
  code?: unknown;
  errorLabelSet?: ReadonlySet<string>;
}
const isMongo = (error: StoreError): error is StoreError & { code: number } =>
  error.name.startsWith('Mongo') && typeof error.code === 'number';

/** True for an error of a store or a network after which a repetition may succeed. The error's cause is not inspected. */
export function isStoreAway(error: StoreError): boolean {
  const { code, errorLabelSet } = error;
  if (typeof code === 'string' && (codes.has(code) || postgresClasses.test(code))) return true;
  if (names.has(error.name) || messages.test(error.message)) return true;
  if (errorLabelSet?.has('TransientTransactionError') || errorLabelSet?.has('RetryableWriteError'))
    return true;
  return isMongo(error) && mongoCodes.has(error.code);
}

/** True when the store answered, and the statement or its transaction took longer than it may. */
export function isTooSlow(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code } = error as StoreError;
  if (typeof code === 'string' && slowPostgres.has(code)) return true;
  if (isMongo(error) && slowMongo.has(error.code)) return true;
  return error.cause !== error && isTooSlow(error.cause);
}

/** PostgreSQL: a value that does not fit (22), a constraint that is violated (23), a rule of a trigger that refuses (P0001). */
const refusedByPostgres = /^(?:22|23)[0-9A-Z]{3}$|^P0001$/;

/** True when the store refused a write, and will refuse it every time. */
export const isRefusedByStore = ({ code }: StoreError): boolean =>
  typeof code === 'string' && refusedByPostgres.test(code);
