import type { NewService } from './names';
import type { Plan } from './plan';

interface Lockfile {
  packages: Record<string, object>;
}

interface LaunchFile {
  configurations: { name: string; port?: number; request: string }[];
  compounds: { configurations: string[] }[];
}

/** compose.yaml with its passwords, and skaffold.yaml. */
export function addToDeployments(plan: Plan, { name }: NewService): void {
  const upper = name.toUpperCase();
  const database = `${name}:\${${upper}_PASSWORD}@postgres:5432/${name}`;
  const owner = `postgres:\${POSTGRES_PASSWORD}@postgres:5432/${name}?options=-c%20role%3D${name}_owner`;
  const compose = 'compose.yaml';
  plan.edit(compose, (text) => text.replace(/^ {6}POSTGRES_DATABASES: .*$/gm, `$&,${name}`));
  plan.insert(
    compose,
    '      MONGODB_ADMIN_URL:',
    `      POSTGRES_${upper}_PASSWORD: \${${upper}_PASSWORD}\n`,
  );
  plan.edit(compose, (text) =>
    text.replace(
      /^ {6}PAYMENTS_DATABASE_URL: .*_owner$/m,
      (line) => `${line}\n      ${upper}_DATABASE_URL: postgresql://${owner}`,
    ),
  );
  const block = [
    `  ${name}:`,
    '    <<: [*image, *after-init]',
    `    image: \${BRAMBLE_PREFIX:-ghcr.io/bramble-shop/bramble}-${name}:\${BRAMBLE_TAG:-0.1.0}`,
    '    healthcheck: *ready',
    '    mem_limit: 192m',
    '    environment:',
    '      <<: *service-env',
    `      ${upper}_DATABASE_URL: postgresql://${database}`,
    '',
    '',
  ].join('\n');
  plan.insert(compose, '  storefront:\n    <<: *image\n', block);
  plan.insert(
    compose,
    '        storefront: { condition: service_started },',
    `        ${name}: { condition: service_healthy },\n`,
  );
  plan.insert('deploy/compose/init', '; do\n  grep', ` ${upper}_PASSWORD`);

  const prefix = 'ghcr.io/bramble-shop/bramble';
  const dependencies = `[services/shared/**, services/${name}/**, package-lock.json, Dockerfile.base]`;
  const artifact = [
    `    - image: ${prefix}-${name}`,
    '      custom:',
    '        buildCommand: ./deploy/skaffold/build',
    `        dependencies: { paths: ${dependencies} }`,
    '',
  ].join('\n');
  plan.insert('skaffold.yaml', `    - image: ${prefix}-simulator\n`, artifact);
  const template = `{{.IMAGE_@_ghcr_io_bramble_shop_bramble_${name}}}`;
  const value = (key: string, part: string): string =>
    `          ${name}.image.${key}: '${template.replace('@', part)}'\n`;
  plan.insert(
    'skaffold.yaml',
    '          simulator.image.registry:',
    value('registry', 'DOMAIN') + value('repository', 'REPO_NO_DOMAIN') + value('tag', 'TAG'),
  );
}

/** The map, the architecture and the handbook of the operator. */
export function addToDocuments(plan: Plan, { name, owns, port }: NewService): void {
  plan.edit('services/README.md', (text) =>
    text.replace(
      /^\| \[simulator\]/m,
      `| [${name}](${name}) (${port}) | ${owns} | PostgreSQL \`${name}\` | – | – |\n$&`,
    ),
  );
  plan.insert(
    'docs/architecture.md',
    '**catalog** (MongoDB)',
    `**${name}** (PostgreSQL)\n\n![Tables of ${name}](images/data-${name}.svg)\n\n`,
  );
  plan.edit('docs/operator.md', (text) =>
    text
      .replace(' (PostgreSQL) and', `, \`${name}\`$&`)
      .replace('`payments-password`', `$&, \`${name}-password\``),
  );
}

/** Lint, the editor and the lockfile, which npm would write alike. */
export function addToTools(plan: Plan, { name }: NewService, debugPort: number): void {
  plan.insert(
    'scripts/lint/layers.mjs',
    "  'services/simulator/src':",
    `  'services/${name}/src': ['config.ts', 'note'],\n`,
  );
  plan.edit('.vscode/launch.json', (text) => {
    const launch = JSON.parse(text) as LaunchFile;
    const last = launch.configurations.findLastIndex(({ request }) => request === 'attach');
    const attach = {
      ...launch.configurations[last],
      name: `Attach to ${name}`,
      port: debugPort,
      request: 'attach',
    };
    launch.configurations.splice(last + 1, 0, attach);
    launch.compounds[0]?.configurations.push(attach.name);
    return JSON.stringify(launch, undefined, 2);
  });
  const manifest = JSON.parse(plan.textOf(`services/${name}/package.json`)) as Record<string, unknown>;
  plan.edit('package-lock.json', (text) => {
    const lock = JSON.parse(text) as Lockfile;
    const { name: pkg, version, license, dependencies } = manifest;
    const { '': top = {}, ...packages } = lock.packages;
    const added = {
      ...packages,
      [`node_modules/@bramble/${name}`]: { resolved: `services/${name}`, link: true },
      [`services/${name}`]: { name: pkg, version, license, dependencies },
    };
    const sorted = Object.entries(added).sort(([a], [b]) => a.localeCompare(b, 'en'));
    lock.packages = { '': top, ...Object.fromEntries(sorted) };
    return `${JSON.stringify(lock, undefined, 2)}\n`;
  });
}
