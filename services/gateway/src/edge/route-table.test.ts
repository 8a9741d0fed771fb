import { readFileSync } from 'node:fs';
import path from 'node:path';
import { publicOperations } from '@bramble/contracts/public-operations';
import { limitClassOf } from '../limits/limit-class';
import { timeoutOf } from '../proxy/forward';
import { operationMatcher } from '../proxy/operations';
import { checksSession } from './edge';

const ID = '01900000-0000-7000-9000-000000000001';
const match = operationMatcher(publicOperations);

/** What the gateway does with one route, in the order of the columns of route-table.txt. */
function rowOf(route: string): string[] {
  const [method = '', template = ''] = route.split(' ');
  const operation = match(method, template.replace(/:[A-Za-z]+/g, ID))?.operation;
  if (!operation) return [route, 'none'];
  return [
    route,
    operation.service,
    limitClassOf(method, operation),
    operation.shared ?? '-',
    operation.changes ?? '-',
    operation.cookies?.join('+') ?? '-',
    operation.service === 'gateway' ? '-' : String(timeoutOf(operation) / 1000),
    operation.signedBy ?? '-',
    checksSession(operation) ? 'caller' : 'nobody',
  ];
}

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
  const routes = publicOperations.flatMap(({ method, path: first, aliases = [] }) =>
    [first, ...aliases].map((each) => `${method.toUpperCase()} ${each}`),
  );
  expect(routes.length).toBeGreaterThan(50);
  expect(routes.map(rowOf)).toEqual(wanted);
});
