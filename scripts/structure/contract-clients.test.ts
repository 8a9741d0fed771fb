import path from 'node:path';
import { contractClients, contractFaults, needlessSenders } from './contract-clients';
import { urlLists } from './operation-paths';
import { readSources, type SourceFile } from './sources';

const ROOT = path.resolve(import.meta.dirname, '../..');
const CLIENT = 'services/shared/contracts/src/call.ts';

const source = (file: string, text: string): SourceFile => ({
  path: file,
  text,
  lines: text.split('\n'),
  isTest: false,
});

describe('clients of the contract', () => {
  const faultsOf = (file: string, text: string): string[] => contractFaults([source(file, text)]);

  it('are one, and nothing else breaks the rule', () => {
    const code = readSources(ROOT);
    expect(code.length).toBeGreaterThan(300);
    expect(contractFaults(code)).toEqual([]);
    expect(needlessSenders(code)).toEqual([]);
    expect(contractClients(code.filter(({ isTest }) => !isTest)).map(({ file }) => file)).toEqual([CLIENT]);
  }, 60_000);

  it.each([
    ['frontend/src/features/cart/x.ts', "fetch('/api/cart');"],
    ['frontend/src/features/cart/x.ts', "export const send = () => window.fetch('/api/cart');"],
    ['frontend/src/features/cart/x.ts', "call('GET', '/api/cart');"],
    ['frontend/src/app/x.tsx', 'export const X = () => <a href="/api/docs">contract</a>;'],
    ['k8s-jobs/src/x.ts', 'fetch(`${url}/api/products?limit=1`);'],
    ['k8s-jobs/src/x.ts', "fetch('http://orders:8003/internal/task-runs');"],
    ['services/simulator/src/x.ts', 'request(`${url}/api/health`);'],
    ['services/shared/service-kit/src/http/x.ts', 'const isOrder = /^\\/api\\/orders/;'],
    ['services/shared/contracts/src/x.ts', "export const isCart = (path: string) => path === '/api/cart';"],
    ['services/gateway/src/x.ts', "const routes = { 'GET /api/orders': 'orders' };"],
    ['services/orders/src/x.ts', "const location = '/api/orders/' + id;"],
    ['scripts/start/x.ts', 'const health = `${url}/api/health`;'],
  ])('may not type a path of an operation in: %s, %s', (file, line) => {
    expect(faultsOf(file, line).join()).toContain(`${file}:1 (`);
    expect(faultsOf(file, line).join()).toContain('types in the path of an operation');
  });

  it.each([
    ['frontend/src/lib/x.ts', 'fetch(address);'],
    ['frontend/src/lib/x.ts', 'navigator.sendBeacon(address);'],
    ['frontend/src/lib/x.ts', 'new XMLHttpRequest();'],
    ['frontend/src/lib/x.ts', 'const transport = { fetch };'],
    ['k8s-jobs/src/x.ts', "import { request } from 'undici';"],
    ['services/simulator/src/x.ts', "import { request as send } from 'node:http';"],
    ['services/simulator/src/x.ts', "const http = await import('node:https');"],
    ['services/shared/service-kit/src/http/x.ts', "import * as undici from 'undici';"],
    ['services/shared/test-kit/src/x.ts', "import axios from 'axios';"],
    ['services/payments/src/x.ts', 'globalThis.fetch(address);'],
  ])('are the only ones that send: %s, %s', (file, line) => {
    expect(faultsOf(file, line)).toEqual([expect.stringContaining(`${file} sends HTTP requests by itself`)]);
  });

  it.each([
    ['k8s-jobs/src/x.ts', 'send({ method: operation.method.toUpperCase(), path: operation.path });'],
    [
      'frontend/src/lib/x.ts',
      "import { catalogApi } from './operations.gen';\nfetch(catalogApi.list.path, { method: 'get' });",
    ],
    [
      'services/simulator/src/x.ts',
      "import type { Operation } from '@bramble/contracts/operation';\nimport { request } from 'undici';",
    ],
  ])('are counted when they make requests out of operations: %s, %s', (file, text) => {
    expect(contractClients([source(file, text)]).map((place) => place.file)).toEqual([file]);
    expect(faultsOf(file, text).join()).toContain('makes the request of an operation');
  });

  it.each([
    ['the path of an operation', 'encode(catalogApi.get, { params: { id } }).path;'],
    ['a transport', "import { callBy } from '@bramble/contracts/call';\nimport { catalogApi } from './api';"],
    ['types of HTTP', "import { type IncomingMessage, createServer } from 'node:http';"],
    ['a parameter that is called fetch', 'export const get = (fetch: () => void) => fetch();'],
    ['a method that is called fetch', 'cache.fetch(key);'],
    ['a comment', '// fetch(`/api/orders`) would be a client.'],
    [
      'a file whose name has such a part',
      "import { call } from '../../lib/api';\nread('docs/api/openapi.json');",
    ],
  ])('are not %s', (_, text) => {
    expect(faultsOf('frontend/src/lib/x.ts', text)).toEqual([]);
    expect(contractClients([source('frontend/src/lib/x.ts', text)])).toEqual([]);
  });
});

describe('lists of URLs in the gateway', () => {
  const file = 'services/gateway/src/edge/x.ts';
  const listsOf = (text: string): string[] => urlLists(source(file, text)).map(({ what }) => what);

  it('are found in an array, an object, a pattern and a comparison', () => {
    expect(listsOf("const slow = new Set(['/api/reports/sales', '/api/users/me/export']);")).toHaveLength(1);
    expect(
      listsOf("const routes = { users: ['/api/auth', '/api/users'], catalog: ['/api/products'] };"),
    ).toHaveLength(1);
    expect(listsOf('const kept = /^\\/api\\/(?:products|categories)/;')).toHaveLength(1);
    expect(listsOf("if (path.startsWith('/api/auth/') || path === '/api/docs') limit();")).toHaveLength(2);
    expect(listsOf("const pages = ['/docs', '/ws'];")).toEqual(["['/docs', '/ws']"]);
    expect(listsOf('const pages = [/^\\/docs/];')).toHaveLength(1);
  });

  it('are not found where an operation says it, or in a single path of a file', () => {
    expect(listsOf('const { path } = encode(catalogApi.get, { params: { id } });')).toEqual([]);
    expect(listsOf("const page = assets.get('/index.html');")).toEqual([]);
  });

  it('fail the check of the repository', () => {
    const faults = contractFaults([source(file, "const pages = ['/docs', '/ws'];")]);
    expect(faults).toEqual([expect.stringContaining(`${file}:1 (['/docs', '/ws']) lists URLs`)]);
  });
});
