import { existsSync, readdirSync } from 'node:fs';

const ROOT = new URL('../../', import.meta.url);
const folders = (path) =>
  existsSync(new URL(path, ROOT))
    ? readdirSync(new URL(path, ROOT), { withFileTypes: true })
        .filter((entry) => entry.isDirectory())
        .map((entry) => entry.name)
    : [];

const services = folders('services').filter((name) => name !== 'shared');
/** True for a service behind the gateway. The gateway and the simulator handle HTTP throughout, so they are exempt. */
const behindGateway = (own) => !['gateway', 'simulator'].includes(own);

const DRIVERS = ['pg', 'mongodb', 'ioredis', '@prisma/*', '**/generated/prisma/*'];

const driverTypes = {
  group: DRIVERS,
  allowTypeImports: true,
  message: 'Only *.repository.ts and db.ts import a driver.',
};
const drivers = { ...driverTypes, allowTypeImports: false };
const otherServices = (own) => ({
  group: services
    .filter((name) => name !== own)
    .flatMap((name) => [`@bramble/${name}`, `@bramble/${name}/*`]),
  message: 'A service reaches another one by its HTTP contract or its events.',
});
const testKit = { group: ['@bramble/test-kit/*'], message: 'test-kit is for tests only.' };
const demo = {
  group: ['@bramble/demo/*'],
  allowTypeImports: true,
  message: 'The demo is loaded only when DEMO is on: await import().',
};
const outside = (own) => [otherServices(own), testKit, demo];
const storage = {
  group: ['**/*.repository', '**/db'],
  message: 'Routes call a service; the service calls the repository.',
};
const express = { group: ['express'], message: 'Services know rules, and neither Express nor a driver.' };
/** Types included: a reply, a status or a cookie below the routes begins with the type of one. */
const http = {
  group: [
    'express',
    'node:http',
    'node:https',
    'node:http2',
    'undici',
    'cookie',
    '@bramble/service-kit/http/*',
    '!@bramble/service-kit/http/client',
  ],
  message: 'Only *.routes.ts and *.http.ts know HTTP; a service answers facts and throws coded errors.',
};
const HEADERS_OF_ERROR = {
  selector: "NewExpression[callee.name='AppError'] > ObjectExpression > Property[key.name='headers']",
  message: 'Only *.routes.ts and *.http.ts know headers; say retryAfterSeconds.',
};

const restrict = (files, patterns) => ({
  files,
  rules: { 'no-restricted-imports': ['error', { patterns }] },
});

/** What the files of one service may import, by their role; the last block that fits a file counts. */
function importsOfService(own) {
  const at = (name) => `services/${own}/**/${name}`;
  const noHttp = behindGateway(own) ? [http] : [];
  const knowsRulesOnly = behindGateway(own) ? http : express;
  return [
    restrict([at('*.ts')], [...outside(own), driverTypes, ...noHttp]),
    restrict([at('*.repository.ts'), at('db.ts')], [...outside(own), ...noHttp]),
    restrict([at('*.routes.ts'), at('*.http.ts')], [...outside(own), drivers, storage]),
    restrict([at('*.service.ts')], [...outside(own), drivers, knowsRulesOnly]),
    restrict([at('*.test.ts'), `services/${own}/test/**/*.ts`], [otherServices(own)]),
  ];
}

const FETCH = {
  name: 'fetch',
  message: 'A service calls another by service-kit/http/client, a provider by its adapter.',
};
/** A call without the kit's client has no time limit, no breaker and no trace. */
const callsOfServices = (tests) => ({
  files: [
    ...services.filter(behindGateway).map((own) => `services/${own}/**/*.ts`),
    'services/shared/service-kit/**/*.ts',
  ],
  ignores: tests,
  rules: { 'no-restricted-globals': ['error', FETCH] },
});

/** @param syntax the selectors of no-restricted-syntax that hold everywhere */
const headersOfErrors = (syntax, tests) => ({
  files: services.filter(behindGateway).map((own) => `services/${own}/**/*.ts`),
  ignores: ['**/*.routes.ts', '**/*.http.ts', ...tests],
  rules: { 'no-restricted-syntax': ['error', ...syntax, HEADERS_OF_ERROR] },
});

const importsOfShared = [
  restrict(
    ['services/shared/contracts/src/**/*.ts'],
    [
      {
        group: ['node:*', '@bramble/*', ...DRIVERS],
        message: 'Contracts are schemas only: the storefront imports them.',
      },
    ],
  ),
  restrict(['services/shared/service-kit/**/*.ts'], [otherServices(''), demo]),
  restrict(
    ['services/shared/demo/**/*.ts'],
    [
      {
        group: ['@bramble/*', '!@bramble/contracts', ...DRIVERS],
        message: 'The demo is data; a service hands it the port to write through.',
      },
    ],
  ),
];

/** Who may import what, by package and by the role in a file's name. */
export const importRules = (syntax, tests) => [
  ...services.flatMap(importsOfService),
  headersOfErrors(syntax, tests),
  callsOfServices(tests),
  ...importsOfShared,
];
