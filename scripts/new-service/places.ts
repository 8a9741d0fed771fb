import type { NewService } from './names';
import type { Plan } from './plan';

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** Adds a row to the chart's table of values, which is sorted by key. */
const withValue =
  (row: string) =>
  (text: string): string => {
    const lines = text.split('\n');
    const rows = lines.flatMap((line, index) => (/^\| [a-z]/.test(line) ? [index] : []));
    const next = rows.find((index) => (lines[index] ?? '') > row) ?? (rows.at(-1) ?? 0) + 1;
    return lines.toSpliced(next, 0, row).join('\n');
  };

/** The contracts and the gateway: who answers, which operations there are, what the edge does with them. */
export function addToContracts(plan: Plan, { name, port, owns }: NewService): void {
  const contracts = 'services/shared/contracts/src';
  plan.insert(`${contracts}/services.ts`, '} as const;', `  ${name}: ${port},\n`);
  plan.edit(`${contracts}/public-operations.ts`, withImport(`import { ${name}Api } from './${name}';`));
  plan.insert(`${contracts}/public-operations.ts`, '  gatewayApi,\n', `  ${name}Api,\n`);
  const gateway = 'services/gateway/src';
  plan.edit(`${gateway}/openapi/openapi.ts`, (text) =>
    text.replace(/^ {2}shop: '/m, `  ${name}: '${capital(owns).replaceAll("'", "\\'")}.',\n$&`),
  );
  addToDocument(plan, name, `${gateway}/openapi`);
  const row = (route: string, limit: string, seconds: string): string =>
    [
      [route, 41],
      [name, 10],
      [limit, 9],
      ['-', 9],
      ['-', 11],
      ['-', 9],
      [seconds, 9],
      ['-', 8],
      ['caller', 0],
    ]
      .map(([cell, width]) => String(cell).padEnd(Math.max(Number(width), String(cell).length + 2)))
      .join('')
      .trimEnd();
  plan.edit(`${gateway}/edge/route-table.txt`, (text) =>
    text.replace(
      /^.* {2}gateway .*$/m,
      `${row(`GET /api/${name}`, 'read', '5')}\n${row(`POST /api/${name}`, 'write', '15')}\n$&`,
    ),
  );
}

/** The OpenAPI document: the sentences for the fields, which the template has, and the examples. */
function addToDocument(plan: Plan, name: string, openapi: string): void {
  const note = `{ id: '0198c5f7-2d3e-7f40-8a51-6b7c8d9e0f1a', text: 'Two jars for the neighbours', createdAt: at(24, '09:30') }`;
  plan.edit(`${openapi}/fields/field-texts.ts`, (text) =>
    withImport(`import { ${name}Fields } from './${name}';`)(text).replace(
      /^ {2}\.\.\.gatewayFields,$/m,
      `$&\n  ...${name}Fields,`,
    ),
  );
  plan.insert(
    `${openapi}/examples/requests.ts`,
    '  setDeliveryStatus: {',
    `  add${capital(name)}Note: { text: 'Two jars for the neighbours' },\n`,
  );
  plan.edit(`${openapi}/examples/answers.ts`, (text) =>
    text
      .replace(
        /^\/\*\* The example of each JSON answer/m,
        `const ${name}Note = ${note};\nconst ${name}Examples = {\n  list${capital(name)}Notes: pageOf(${name}Note),\n  add${capital(name)}Note: { note: ${name}Note },\n};\n\n$&`,
      )
      .replace(/\n\};\n$/, `\n  ...${name}Examples,$&`),
  );
}

/** Adds an import among those of the same folder, which lint wants in the order of their files' names. */
const withImport =
  (addition: string) =>
  (text: string): string => {
    const lines = text.split('\n');
    const isLocal = (line: string): boolean => /^import .* from '\.\//.test(line);
    const fileOf = (line: string): string => line.slice(line.indexOf("'./"));
    const first = lines.findIndex(isLocal);
    const local = lines.filter(isLocal);
    const sorted = [...local, addition].sort((a, b) => (fileOf(a) < fileOf(b) ? -1 : 1));
    return [...lines.slice(0, first), ...sorted, ...lines.slice(first + local.length)].join('\n');
  };

/** The chart: the service's name, its values, who may reach it, and the connections that its pods take. */
export function addToChart(plan: Plan, { name, port }: NewService): void {
  const chart = 'charts/bramble';
  const dependency = `  - { name: ${name}, version: 0.1.0, repository: '', condition: ${name}.enabled }\n`;
  plan.insert(`${chart}/Chart.yaml`, '  - { name: simulator,', dependency);
  plan.insert(`${chart}/charts/common/templates/_names.tpl`, ',simulator,storefront', `,${name}`);
  const values = `${name}:\n  enabled: true\n  database: { existingSecret: '', key: url }\n\n`;
  plan.insert(`${chart}/values.yaml`, 'storefront:\n  enabled: true\n', values);
  plan.insert(
    `${chart}/values.schema.json`,
    '    "simulator": {\n      "$ref"',
    `    "${name}": {\n      "$ref": "#/$defs/service"\n    },\n`,
  );
  plan.insert(`${chart}/charts/gateway/values.yaml`, ', storefront]', `, ${name}`);
  plan.edit(`${chart}/charts/gateway/README.md`, (text) =>
    text.replace(
      /\| calls\[(\d+)\] \| string \| `"storefront"` \| {2}\|/,
      (last, index: string) =>
        `${last.replace('storefront', name)}\n${last.replace(index, String(Number(index) + 1))}`,
    ),
  );
  for (const row of [
    `| ${name}.database.existingSecret | string | \`""\` |  |`,
    `| ${name}.database.key | string | \`"url"\` |  |`,
    `| ${name}.enabled | bool | \`true\` |  |`,
  ])
    plan.edit(`${chart}/README.md`, withValue(row));
  // Eight connections of its process, and one that publishes events. In the chart the number follows the services.
  const more = (_: string, before: string, count: string): string => `${before}${Number(count) + 9}`;
  plan.edit('compose.yaml', (text) => text.replace(/(max_connections=)(\d+)/, more));

  const policies = 'tests/chart/networkpolicy.spec.ts';
  plan.edit(policies, (text) =>
    text
      .replace(/^ {2}storefront: 8080,$/m, `  ${name}: ${port},\n$&`)
      .replace(/^ {4}'storefront',$/m, `    '${name}',\n$&`)
      .replace(/^ {2}storefront: \[\],$/m, `  ${name}: ['postgres'],\n$&`),
  );
}
