import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { contractClients, contractFaults, guarded, needlessEntries } from './contract-clients';
import { urlPaths } from './operation-paths';
import { ALL_CODE, readSources, type SourceFile } from './sources';

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
    const code = readSources(ROOT, ALL_CODE);
    expect(code.length).toBeGreaterThan(300);
    expect(contractFaults(code)).toEqual([]);
    expect(needlessEntries(code)).toEqual([]);
    expect(contractClients(guarded(code)).map(({ file }) => file)).toEqual([CLIENT]);
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
    ['services/gateway/src/x.ts', "new RegExp('^/api/(reports/sales|users/me/export)$');"],
    ['services/gateway/src/x.ts', "const SLOW = '^/api/reports/'; new RegExp(SLOW);"],
    ['services/orders/src/x.ts', 'new RegExp(`(${prefix})/api/orders/`);'],
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
    ['services/payments/src/x.ts', "globalThis['fetch'](address);"],
    ['services/payments/src/x.ts', '(globalThis as Global).fetch(address);'],
    ['services/payments/src/x.ts', 'const { fetch } = globalThis;'],
    ['services/payments/src/x.ts', "export { request } from 'undici';"],
    ['services/payments/src/x.ts', "export * from 'node:https';"],
    ['scripts/x.cjs', "const { request } = require('undici');"],
  ])('are the only ones that send: %s, %s', (file, line) => {
    expect(faultsOf(file, line)).toEqual([expect.stringContaining(`${file} sends HTTP requests by itself`)]);
  });

  it.each([
    ["export { request } from 'undici';"],
    ["export * as http from 'node:http';"],
    ["import { request } from 'undici';\nexport { request as send };"],
  ])('do not hand on what sends, even where they may send: %s', (text) => {
    const file = 'services/simulator/src/shopper/shop-client.ts';
    expect(faultsOf(file, text)).toEqual([expect.stringContaining('hands on what sends HTTP requests')]);
  });

  it.each([
    ["fetchFrom(url)({ method: 'GET', path: catalogApi.list.path });"],
    ["fetchFrom(url)({ method: 'GET', path: catalogApi['list']['path'] });"],
    ['send({ ...catalogApi.list, headers: {} });'],
    ['const { path } = catalogApi.list;'],
    ['const { list } = catalogApi;\nsend(list.path);'],
    ["import { catalogApi as api } from '@bramble/contracts/catalog';\nsend(api.list.path);"],
    ["import * as catalog from '@bramble/contracts/catalog';\nsend(catalog.catalogApi.list.path);"],
    ['const wanted = catalogApi.list;\nsend(`${url}${wanted.path}`);'],
    ['const callAll = (wanted: Operation) => send(wanted.path);'],
    ["const callAll = ({ path }: Pick<Operation, 'path'>) => send(path);"],
    ['const callAll = <O extends Operation>(wanted: O) => send(wanted.path);'],
    ['const callAll = (wanted: readonly Operation[]) => wanted.forEach(({ path }) => send(path));'],
    ['for (const { path } of publicOperations) send(path);'],
    ['publicOperations.filter(isOpen).map((open) => send(open.path));'],
    ['for (const [, open] of Object.entries(catalogApi)) send(open.path);'],
    ['Object.values(catalogApi).map((open) => send(open.path));'],
    ["send(publicOperations.find(({ id }) => id === 'listProducts')?.path);"],
    ['const sent = matched.operation.path;'],
  ])('are counted when they take the path of an operation: %s', (text) => {
    const file = 'k8s-jobs/src/x.ts';
    expect(contractClients([source(file, text)]).map((place) => place.file)).toEqual([file]);
    expect(faultsOf(file, text)).toEqual([expect.stringContaining('makes the request of an operation')]);
  });

  it.each([
    ["import { callBy } from '@bramble/contracts/call';\nfetch(authApi.refresh.path, { method: 'POST' });"],
    ["import { encode } from '@bramble/contracts/call';\nfetch('/api/auth/refresh', { method: 'POST' });"],
  ])('are counted beside a transport in the same file: %s', (text) => {
    const file = 'frontend/src/lib/api.ts';
    expect(contractClients([source(file, text)]).map((place) => place.file)).toEqual([file]);
    expect(faultsOf(file, text).join()).toContain('makes the request of an operation');
  });

  it.each([
    ['k8s-jobs/src/x.ts', 'send({ method: operation.method.toUpperCase(), path: operation.path });'],
    [
      'services/gateway/src/edge/welcome.routes.ts',
      "send({ method: 'GET', path: catalogApi.list.path, headers });",
    ],
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
    ['the path of a request', 'const { path } = encode(catalogApi.get, { params: { id } });'],
    ['the path of another thing', 'open(file.path, server.path, req.path);'],
    ['the name of a route in a metric', 'count(templateOf(catalogApi.get.path));'],
    ['other fields of an operation', 'const slow = operation.slow ?? catalogApi.list.success === 200;'],
    ['a list of other things', 'operations.map((done) => done.name).length;'],
    ['a type of HTTP that is handed on', "export type { IncomingMessage } from 'node:http';"],
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

describe('files to which the rule applies', () => {
  const code = [
    'services/orders/src/test/x.ts',
    'services/orders/src/tests/x.ts',
    'frontend/src/testing/x.ts',
    'frontend/src/features/cart/test/x.tsx',
    'k8s-jobs/src/testing/x.ts',
    'services/shared/test-kit/src/x.ts',
    'services/orders/src/generated/x.ts',
    'services/orders/src/x.mts',
    'services/orders/src/x.js',
    'frontend/public/x.js',
    'frontend/src/x.jsx',
    'scripts/x.mjs',
    'scripts/x.cjs',
  ];
  const tests = [
    'services/orders/src/order/x.test.ts',
    'services/orders/test/x.ts',
    'services/shared/service-kit/test/x.ts',
    'k8s-jobs/test/x.ts',
    'tests/e2e/x.ts',
    'tests/security/jest/x.mjs',
  ];

  it('are all but tests, whatever their folder and their language are', () => {
    const root = mkdtempSync(path.join(tmpdir(), 'guarded-'));
    try {
      execFileSync('git', ['init', '--quiet', root]);
      for (const file of [...code, ...tests]) {
        mkdirSync(path.join(root, path.dirname(file)), { recursive: true });
        writeFileSync(path.join(root, file), "export const send = () => fetch('/api/orders');");
      }
      const files = readSources(root, ALL_CODE);
      const faults = contractFaults(files);
      expect(guarded(files).map((file) => file.path)).toEqual([...code].sort());
      for (const file of code) expect(faults).toContainEqual(expect.stringContaining(`${file}:1 (`));
    } finally {
      rmSync(root, { recursive: true });
    }
  }, 60_000);
});

describe('URL paths in the gateway', () => {
  const file = 'services/gateway/src/edge/x.ts';
  const pathsOf = (text: string): string[] => urlPaths(source(file, text)).map(({ what }) => what);

  it('are found in an array, an object, a pattern and a comparison', () => {
    expect(pathsOf("const slow = new Set(['/api/reports/sales', '/api/users/me/export']);")).toHaveLength(1);
    expect(
      pathsOf("const routes = { users: ['/api/auth', '/api/users'], catalog: ['/api/products'] };"),
    ).toHaveLength(1);
    expect(pathsOf('const kept = /^\\/api\\/(?:products|categories)/;')).toHaveLength(1);
    expect(pathsOf("if (path.startsWith('/api/auth/') || path === '/api/docs') limit();")).toHaveLength(2);
    expect(pathsOf("const pages = ['/docs', '/ws'];")).toEqual(["['/docs', '/ws']"]);
    expect(pathsOf('const pages = [/^\\/docs/];')).toHaveLength(1);
  });

  it('are found where they are no paths of operations', () => {
    expect(pathsOf("const pages = { '/docs': 1, '/ws': 2 };")).toEqual(["{ '/docs': 1, '/ws': 2 }"]);
    expect(pathsOf("if (path === '/docs' || path === '/ws') limit();")).toEqual(["'/docs'", "'/ws'"]);
    expect(pathsOf("switch (path) { case '/docs': limit(); }")).toEqual(["'/docs'"]);
    expect(pathsOf("const pages = new RegExp('^/(?:docs|ws)$');")).toHaveLength(1);
    expect(pathsOf("const pages = RegExp('/docs|/ws');")).toHaveLength(1);
    expect(pathsOf('const pages = /^(?:\\/docs|\\/ws)$/;')).toHaveLength(1);
    expect(pathsOf("const page = 'GET /docs';")).toHaveLength(1);
    expect(pathsOf('const page = `${base}/docs`;')).toHaveLength(1);
    expect(pathsOf("const page = assets.get('/index.html');")).toHaveLength(1);
  });

  it('are not found where an operation says it, in a separator, or in a place that is listed', () => {
    expect(pathsOf('const { path } = encode(catalogApi.get, { params: { id } });')).toEqual([]);
    expect(pathsOf("const [first] = path === '/' ? [] : path.split('/');")).toEqual([]);
    expect(pathsOf('const dots = /\\/\\.{1,2}(?:\\/|$)|\\/\\//;')).toEqual([]);
    expect(pathsOf("const plain = origin.replace(/^http:\\/\\//, '');")).toEqual([]);
    const folder = 'services/gateway/src/storefront/asset-folder.ts';
    expect(urlPaths(source(folder, "const page = assets.get('/index.html');"))).toEqual([]);
    expect(urlPaths(source(folder, "const page = assets.get('/docs');"))).toHaveLength(1);
  });

  it('fail the check of the repository', () => {
    const faults = contractFaults([source(file, "const pages = ['/docs', '/ws'];")]);
    expect(faults).toEqual([
      expect.stringContaining(`${file}:1 (['/docs', '/ws']) types in the path of a URL`),
    ]);
  });
});
