import { readFileSync } from 'node:fs';
import path from 'node:path';
import { publicOperations, type PublicOperation } from '@bramble/contracts/public-operations';
import { changesCatalogue, isIdentityFree, STRIPE_WEBHOOK } from './edge';
import { isUnsafe } from './cross-site';
import { isPublicAddress } from '../cache/public-answers';
import { limitClassOf } from '../limits/limit-class';
import { cookiesOf, timeoutOf } from '../proxy/forward';
import { upstreamFor } from '../proxy/routing';

const ID = '01900000-0000-7000-9000-000000000001';

/** What the edge does with one route, in the order of the columns of route-table.txt. */
function rowOf(operation: PublicOperation, template: string): string[] {
  const url = template.replace(/:[A-Za-z]+/g, ID);
  const method = operation.method.toUpperCase();
  const service = upstreamFor(url);
  const shared = service === 'catalog' && method === 'GET' && isPublicAddress(url);
  const kind = url === `/api/products/${ID}` ? 'product' : 'list';
  return [
    `${method} ${template}`,
    service ?? 'gateway',
    limitClassOf(method, url),
    shared ? kind : '-',
    service && isUnsafe(method) && changesCatalogue.test(url) ? 'catalogue' : '-',
    (service && cookiesOf[service]?.join('+')) ?? '-',
    service ? String(timeoutOf(!isUnsafe(method), service, operation.multipart === true) / 1000) : '-',
    url === STRIPE_WEBHOOK ? 'stripe' : '-',
    isIdentityFree(service, { operation, template }) ? 'nobody' : 'caller',
  ];
}

/** The same from what the operation says itself. */
function saidBy(operation: PublicOperation, template: string): string[] {
  const { method, service, shared, changes, signedBy } = operation;
  const reads = method === 'get';
  const seconds = reads ? '5' : operation.slow ? '120' : '15';
  return [
    `${method.toUpperCase()} ${template}`,
    service,
    operation.limit ?? (reads ? 'read' : 'write'),
    shared ?? '-',
    changes ?? '-',
    operation.cookies?.join('+') ?? '-',
    service === 'gateway' ? '-' : seconds,
    signedBy ?? '-',
    shared || operation.anonymous ? 'nobody' : 'caller',
  ];
}
const COOKIES = 5;

/**
 * route-table.txt is written by hand. Its columns: method and path; the service that answers; the class of the rate
 * limit; how a copy of the answer may be kept for everybody; what a 2xx makes stale; the cookies that the service
 * gets; how many seconds it has; whose signature stands in for the Origin check; whether the service learns who asks.
 */
it('does with every route of the contract what the table says', () => {
  const table = readFileSync(path.join(import.meta.dirname, 'route-table.txt'), 'utf8')
    .trimEnd()
    .split('\n');
  const wanted = table.filter((line) => !line.startsWith('#')).map((line) => line.split(/\s{2,}/));
  const rows = publicOperations.flatMap((operation) =>
    [operation.path, ...(operation.aliases ?? [])].map((template) => rowOf(operation, template)),
  );
  expect(rows.length).toBeGreaterThan(50);
  expect(rows).toEqual(wanted);

  const said = publicOperations.flatMap((operation) =>
    [operation.path, ...(operation.aliases ?? [])].map((template) => saidBy(operation, template)),
  );
  expect(said.map((row) => row.toSpliced(COOKIES, 1))).toEqual(
    wanted.map((row) => row.toSpliced(COOKIES, 1)),
  );
});
