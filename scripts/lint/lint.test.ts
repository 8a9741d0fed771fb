import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { scripts } from '../../package.json';

const ROOT = path.resolve(import.meta.dirname, '../..');
const PROBE = `
  import { ESLint } from 'eslint';
  const eslint = new ESLint();
  const types = new ESLint({ overrideConfigFile: 'eslint.types.config.mjs' });
  const found = [];
  for (const { file, code } of JSON.parse(process.argv[1])) {
    const [result] = await eslint.lintText(code, { filePath: file });
    found.push(result.messages.map(({ ruleId }) => ruleId));
  }
  const severities = [];
  for (const file of JSON.parse(process.argv[2])) {
    const config = await types.calculateConfigForFile(file);
    severities.push(config?.rules?.['@typescript-eslint/no-floating-promises']?.[0] ?? 0);
  }
  console.log(JSON.stringify({ found, severities }));`;

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

const BOUNDARIES = ['import-x/no-restricted-paths'];
/** Imports across a boundary, by several spellings of the path; files by their path from the root. */
const ACROSS: readonly (readonly [says: string, file: string, code: string, rules: readonly string[]])[] = [
  [
    "a neighbour's feature by the shortest path",
    'frontend/src/features/cart/x.ts',
    "import { stockTopic } from '../catalogue/live-stock';",
    BOUNDARIES,
  ],
  [
    "a service's file in a feature",
    'frontend/src/features/cart/x.ts',
    "import { orderMachine } from '../../../../services/orders/src/life/order.states';",
    BOUNDARIES,
  ],
  ['a file of the same feature', 'frontend/src/features/cart/x.ts', "import './basket-view';", []],
  [
    "another service's file by the shortest path",
    'services/catalog/src/product/x.ts',
    "import { orderMachine } from '../../../orders/src/life/order.states';",
    BOUNDARIES,
  ],
  [
    "a service's file in service-kit",
    'services/shared/service-kit/src/base/x.ts',
    "import { orderMachine } from '../../../../orders/src/life/order.states';",
    BOUNDARIES,
  ],
  [
    'a test in a helper of tests',
    'tests/helpers/x.ts',
    "import type { OrderRow } from '../chaos/order-rows';",
    BOUNDARIES,
  ],
  ['a helper in another helper', 'tests/helpers/x.ts', "import { median } from './median';", []],
  ['a helper in a test', 'tests/chaos/x.ts', "import { median } from '../helpers/median';", []],
];
/** Imports back up between the subfolders of a folder; files by their path in service-kit's sources. */
const NESTED: typeof ACROSS = [
  ['a consumer in dead letters', 'events/dead-letters/x.ts', "import '../consumer/tries';", BOUNDARIES],
  ['dead letters in the outbox', 'events/outbox/x.ts', "import '../dead-letters/letter';", BOUNDARIES],
  ['tracing in the log', 'observe/logger.ts', "import type { Span } from './tracing/tracing';", BOUNDARIES],
  ['a file of the roof in the outbox', 'events/outbox/x.ts', "import '../consume';", BOUNDARIES],
  ['dead letters in a consumer', 'events/consumer/x.ts', "import '../dead-letters/letter';", []],
];
const ALL = [
  ...CASES.map(([says, file, ...rest]) => [says, `${ORDERS}/${file}`, ...rest] as const),
  ...ACROSS,
  ...NESTED.map(
    ([says, file, ...rest]) => [says, `services/shared/service-kit/src/${file}`, ...rest] as const,
  ),
];

/** Files of every kind whose promises `npm run lint:types` must see awaited. */
const AWAITED = [
  'services/orders/src/app.ts',
  'frontend/src/main.tsx',
  'frontend/src/lib/call.ts',
  'frontend/build/x.ts',
  'k8s-jobs/src/x.ts',
  'scripts/docs.ts',
  'tests/chaos/main.ts',
  'tests/browser/buy.spec.ts',
];

describe('lint', () => {
  let found: string[][];
  let severities: number[];
  beforeAll(async () => {
    const asked = ALL.map(([, file, code]) => ({ file, code }));
    const args = ['--input-type=module', '-e', PROBE, JSON.stringify(asked), JSON.stringify(AWAITED)];
    const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: ROOT });
    ({ found, severities } = JSON.parse(stdout) as { found: string[][]; severities: number[] });
  }, 60_000);

  const watched = new Set(ALL.flatMap(([, , , rules]) => rules));

  it.each(ALL.map(([says, , , rules], index) => ({ says, rules, index })))(
    'finds what it should about $says',
    ({ rules, index }) => {
      expect((found[index] ?? []).filter((rule) => watched.has(rule))).toEqual(rules);
    },
  );

  it('finds a promise that nobody awaits in every package and in every test', () => {
    expect(AWAITED.filter((_, index) => severities[index] !== 2)).toEqual([]);
    expect(scripts['lint:types']).toMatch(/ services frontend k8s-jobs scripts tests$/);
  });
});
