import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { gatewayApi } from '@bramble/contracts/gateway';
import { createShopClient } from '@bramble/test-kit/shop-client';
import { type RunningShop, startShop } from '../helpers/running-shop';
import { copyTree, type TreeCopy } from '../helpers/tree-copy';

const NAME = 'reviews';

let copy: TreeCopy;
let made: { status: number | null; output: string };

/** Runs a command in the copy to its end. */
function inCopy(command: string, ...args: string[]): { status: number | null; output: string } {
  const { BRAMBLE_TEST_STORES: _, ...env } = process.env;
  const { status, stdout, stderr } = spawnSync(command, args, { cwd: copy.folder, encoding: 'utf8', env });
  return { status, output: stdout + stderr };
}
const newService = (...args: string[]) => inCopy('npm', 'run', '--silent', 'new-service', '--', ...args);
const textOf = (file: string): string => readFileSync(path.join(copy.folder, file), 'utf8');

beforeAll(() => {
  copy = copyTree();
  inCopy('git', 'init', '--quiet');
  inCopy('git', 'add', '--all');
  made = newService(NAME, '--owns', "what buyers say of a seller's goods");
});
afterAll(() => copy.remove());

describe('npm run new-service', () => {
  it('makes a service and says what to do next', () => {
    expect(made.output).toContain('reviews is there, on port 8006. What to do next:');
    expect(made.status).toBe(0);
    expect(textOf('services/README.md')).toMatch(/^\| \[reviews\]\(reviews\) \(8006\) +\| what buyers say/m);
    expect(textOf('docs/images/architecture.svg')).toContain(NAME);
  });

  it('refuses a name that it has just given away in one sentence, and writes nothing', () => {
    const before = inCopy('git', 'status', '--short').output;
    expect(newService(NAME)).toEqual({
      status: 2,
      output: 'new-service: The name reviews is taken.\n',
    });
    expect(inCopy('git', 'status', '--short').output).toBe(before);
  });

  it('names with --dry-run what it would write for a second service, and writes nothing', () => {
    const before = inCopy('git', 'status', '--short').output;
    const { status, output } = newService('wishes', '--dry-run');
    expect(output).toContain('new     services/wishes/src/app.ts');
    expect(output).toContain('changed compose.yaml');
    expect(status).toBe(0);
    expect(inCopy('git', 'status', '--short').output).toBe(before);
  });
});

describe('what it made', () => {
  it('passes lint, types and the check of the repository', () => {
    const linted = [
      'services/reviews',
      'services/shared/contracts',
      'services/gateway/src/openapi',
      'scripts/lint',
    ];
    expect(inCopy('npx', 'eslint', ...linted)).toEqual({ status: 0, output: '' });
    expect(inCopy('npx', 'tsc', '--noEmit', '-p', '.')).toEqual({ status: 0, output: '' });
    expect(inCopy('node', '--import', 'tsx', 'scripts/check-repo.ts').output).toBe(
      'The repository is consistent.\n',
    );
  });

  it('is formatted as npm run format would', () => {
    const files = inCopy('git', 'ls-files', '--others', '--modified', '--exclude-standard').output.split(
      '\n',
    );
    const formatted = files.filter((file) => /\.(?:ts|md|json|ya?ml|mjs)$/.test(file));
    expect(formatted.length).toBeGreaterThan(20);
    expect(inCopy('npx', 'prettier', '--check', '--log-level=warn', ...formatted)).toEqual({
      status: 0,
      output: '',
    });
  });

  it("passes its own tests, the gateway's, and those that compare its schema and pictures", () => {
    const { status, output } = inCopy(
      'npx',
      'jest',
      ...['services/reviews', 'services/gateway/src', 'scripts/docs', 'scripts/database/schema'],
    );
    expect(output).toMatch(/PASS .*services\/reviews\/test\/note\.int\.test\.ts/);
    expect(output).toContain('PASS integration scripts/database/schema.int.test.ts');
    expect(status).toBe(0);
  });

  it('runs in the shop: it is healthy, and answers its example behind the gateway', async () => {
    let shop: RunningShop | undefined;
    try {
      shop = await startShop({ folder: copy.folder });
      const client = createShopClient(shop.url);
      const health = await client.call(gatewayApi.health);
      expect(health).toMatchObject({ status: 'ok', services: { [NAME]: 'up' } });
      const token = await client.signUp('customer');
      // The contracts of this process do not know the new service.
      const example = `${shop.url}/api/${NAME}`;
      const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
      const body = JSON.stringify({ text: 'Good jam' });
      expect((await fetch(example, { method: 'POST', headers, body })).ok).toBe(true);
      const list = await fetch(example);
      expect(await list.json()).toMatchObject({ items: [{ text: 'Good jam' }], nextCursor: null });
    } finally {
      await shop?.stop();
    }
  });
});
