import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';

const ROOT = path.resolve(import.meta.dirname, '../..');
const PROBE = `
  import { ESLint } from 'eslint';
  const eslint = new ESLint();
  const found = [];
  for (const { file, code } of JSON.parse(process.argv[1])) {
    const [result] = await eslint.lintText(code, { filePath: file });
    found.push(result.messages.map(({ ruleId }) => ruleId));
  }
  console.log(JSON.stringify(found));`;

const ORDERS = 'services/orders/src';
const HTTP = ['no-restricted-imports'];
const CASES: readonly (readonly [says: string, file: string, code: string, rules: readonly string[]])[] = [
  ['a type of Express in a service', 'order/x.service.ts', "import type { Request } from 'express';", HTTP],
  [
    'a reply in a service',
    'order/x.service.ts',
    "import { reply } from '@bramble/service-kit/http/reply';",
    HTTP,
  ],
  ['a request in a service', 'order/x.service.ts', "import type { IncomingMessage } from 'node:http';", HTTP],
  [
    'a cookie in a repository',
    'cart/x.repository.ts',
    "import { setCookie } from '@bramble/service-kit/http/cookies';",
    HTTP,
  ],
  ['an endpoint in a file without a role', 'cart/x.ts', "import '@bramble/service-kit/http/endpoint';", HTTP],
  ['a client of a neighbour', 'order/x.service.ts', "import '@bramble/service-kit/http/client';", []],
  ['a reply in routes', 'order/x.routes.ts', "import '@bramble/service-kit/http/reply';", []],
  ['a repository in routes', 'order/x.routes.ts', "import '../store/order.repository';", HTTP],
  [
    'a header in an error of a service',
    'order/x.service.ts',
    "throw new AppError('not_found', { headers: { allow: 'GET' } });",
    ['no-restricted-syntax'],
  ],
  [
    'an import from a folder above',
    'life/x.ts',
    "import type { OrderRepository } from '../store/order.repository';",
    ['import-x/no-restricted-paths'],
  ],
  [
    'an import from the roof',
    'order/x.ts',
    "import { buildOrders } from '../app';",
    ['import-x/no-restricted-paths'],
  ],
  [
    'an import from a folder below',
    'store/x.ts',
    "import type { OrderState } from '../life/order.types';",
    [],
  ],
  ['a long function', 'order/x.ts', `function long() {${'\n'.repeat(80)}}`, ['bramble/function-length']],
  [
    'a long method of a factory',
    'order/x.ts',
    `const createX = () => ({ long: () => {${'\n'.repeat(80)}} });`,
    ['bramble/function-length'],
  ],
  ['a long factory', 'order/x.ts', `function createX() {${'\n'.repeat(80)}}`, []],
];

describe('lint', () => {
  let found: string[][];
  beforeAll(async () => {
    const asked = CASES.map(([, file, code]) => ({ file: `${ORDERS}/${file}`, code }));
    const args = ['--input-type=module', '-e', PROBE, JSON.stringify(asked)];
    const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: ROOT });
    found = JSON.parse(stdout) as string[][];
  }, 60_000);

  const watched = new Set(CASES.flatMap(([, , , rules]) => rules));

  it.each(CASES.map(([says, , , rules], index) => ({ says, rules, index })))(
    'finds what it should about $says',
    ({ rules, index }) => {
      expect((found[index] ?? []).filter((rule) => watched.has(rule))).toEqual(rules);
    },
  );
});
